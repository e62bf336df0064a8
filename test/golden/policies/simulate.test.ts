import {describe, expect, it} from 'vitest'
import {resolvePolicy} from '../../../src/policies/resolve.ts'
import {simulate} from '../../../src/policies/simulate/compare.ts'
import {simulationSvg} from '../../../src/reporters/policy-simulate-svg.ts'
import {renderSimulation} from '../../../src/reporters/policy-simulate.ts'

const SETTINGS = {
  clients: 3000,
  outage: 600_000,
  capacity: 50,
  detection: 30_000,
  attemptDuration: 1000,
  seed: 1,
}
const viewOf = (name: string) => ({
  policy: name,
  ...SETTINGS,
  variants: simulate(resolvePolicy(name).policy, SETTINGS),
})

describe('policy simulate', () => {
  it.each(['tunnel-client', 'default'])('%s', async (name) => {
    await expect(renderSimulation(viewOf(name), {unicode: true})).toMatchFileSnapshot(
      `simulate-${name}.golden`,
    )
  })

  it('as a picture', async () => {
    await expect(simulationSvg(viewOf('high-availability'))).toMatchFileSnapshot('simulate-picture.golden')
  })
})
