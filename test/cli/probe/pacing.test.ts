import {expect, it} from 'vitest'
import {requireBundle, startProgram} from '../../support/program.ts'

/** As a machine does it that has no processor left for it. */
it('admits that it was not run in time', async () => {
  requireBundle()
  const running = startProgram(['probe', 'ping', '127.0.0.1', '-c', '40', '-i', '25ms', '-t', '1s'])
  await running.waitFor(/^ +4 /m)
  running.child.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 250))
  running.child.kill('SIGCONT')
  const {code, stdout} = await running.result
  expect(code).toBe(0)
  const lag = Number(/pacing +netdrill itself ran up to (\d+)ms late/.exec(stdout)?.[1])
  expect(lag).toBeGreaterThanOrEqual(150)
})

it('says nothing of its pace when there is nothing to say', async () => {
  requireBundle()
  const running = startProgram(['probe', 'ping', '127.0.0.1', '-c', '3', '-i', '50ms', '--json'])
  const {stdout} = await running.result
  const result = JSON.parse(stdout) as Record<string, unknown>
  expect(result).toMatchObject({missed: 0, lost_in_a_row: 0, outage: 0})
  expect(result['loop_lag_max']).toEqual(expect.any(Number))
})
