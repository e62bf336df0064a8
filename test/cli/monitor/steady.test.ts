/** A short version of `npm run soak`: what would grow in days grows here already, target by target and attempt by attempt. */
import {beforeAll, expect, it} from 'vitest'
import {growth, soakMonitor} from '../../../tools/soak/monitor.ts'
import {requireBundle} from '../../support/program.ts'

beforeAll(requireBundle)

it('keeps its open files and threads over thousands of samples, failures and retries', async () => {
  const {looks, samples, failed, code} = await soakMonitor(
    {seconds: 15, targets: 60, interval: 250},
    () => {},
  )
  // A third of the targets is never up.
  expect(code).toBe(1)
  expect(samples).toBeGreaterThan(500)
  expect(failed).toBeGreaterThan(samples / 10)
  expect(growth(looks, ({files}) => files)).toBeLessThan(1.3)
  expect(growth(looks, ({threads}) => threads)).toBeLessThan(1.2)
  expect(growth(looks, ({megabytes}) => megabytes)).toBeLessThan(1.3)
}, 60_000)
