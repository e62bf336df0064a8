import {describe, expect, it} from 'vitest'
import type {ExecRequest, ExecResult} from '../../../src/core/ports.ts'
import {nameTable} from '../../../src/core/delay-table.ts'
import {expectedDelay} from '../../../src/faults/netem-arithmetic.ts'
import {joinLeaves} from '../../../src/faults/join-leaves.ts'
import {netemLeaf} from '../../../src/faults/kinds/netem-leaf.ts'
import type {NetemSpec} from '../../../src/faults/kinds/netem-spec.ts'
import {netemCarrier} from '../../../src/faults/kinds/netem-carrier.ts'
import {openTools, tcBatch} from '../../../src/faults/tools.ts'
import {planWords} from '../../support/fault-situation.ts'
import {makeFaultWorld} from '../../support/fault-world.ts'

const TABLE = [-8192, -4096, 0, 12_288]
const NAMED = nameTable(TABLE)

function mixed(spec: Omit<NetemSpec, 'kind'>) {
  const whole: NetemSpec = {kind: 'netem', ...spec}
  const leaf = netemLeaf({spec: whole, delay: spec.delay ?? 0, takesSeed: false})
  return {leaf, mix: {type: 'netem' as const, spec: whole, takesSeed: false}}
}

describe('a recorded distribution in the kernel', () => {
  it('is named in the words of tc, and goes with the step as a table', async () => {
    const {plan} = await planWords({
      kind: 'netem',
      delay: '20ms',
      jitter: '4ms',
      distribution: TABLE,
      scope: {to: '10.0.0.2'},
    })
    const tables = plan.steps.flatMap((step) => (step.do.type === 'exec' ? (step.do.tables ?? []) : []))
    expect(tables).toEqual([NAMED])
    const lines = plan.steps.map((step) => (step.do.type === 'exec' ? (step.do.input ?? '') : '')).join('')
    expect(lines).toContain(`delay 20ms 4ms distribution ${NAMED.name}`)
    expect(plan.notes?.join('\n')).toContain('TC_LIB_DIR')
  })

  it('lies where tc is told to look while it runs, and nowhere afterwards', async () => {
    const {ports, files} = makeFaultWorld()
    const seen: {env: ExecRequest['env']; file: string | undefined}[] = []
    const run = async ({env}: ExecRequest): Promise<ExecResult> => {
      seen.push({env, file: files.get(`${env?.['TC_LIB_DIR'] ?? ''}/${NAMED.name}.dist`)})
      return {exitCode: 0, stdout: '', stderr: '', took: 0, timedOut: false, notFound: false}
    }
    const tools = openTools({...ports, exec: {run}})
    await tools.run({kind: 'host'}, {...tcBatch(['qdisc show']), tables: [NAMED, NAMED]})
    await tools.run({kind: 'host'}, tcBatch(['qdisc show']))
    expect(seen[0]?.file).toBe('-8192 -4096 0 12288\n')
    expect(seen[1]?.env).not.toHaveProperty('TC_LIB_DIR')
    expect([...files.keys()].filter((path) => path.endsWith('.dist'))).toEqual([])
  })

  it('counts with the deviation that the table has', () => {
    const spec: NetemSpec = {kind: 'netem', jitter: 4, distribution: TABLE}
    const values = TABLE.map((value) => (value / 8192) * 4)
    const spread = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length)
    expect(expectedDelay(spec, 20, 1).spread).toBeCloseTo(spread, 9)
  })

  it('keeps its shape beside another fault, so that tc needs no table of its own at the same time', () => {
    const leaf = joinLeaves([
      mixed({delay: 5, jitter: 50, distribution: 'normal'}),
      mixed({delay: 20, jitter: 4, distribution: TABLE}),
    ])
    expect(leaf).toMatchObject({tables: [NAMED]})
    expect(typeof leaf === 'string' ? leaf : leaf.options.join(' ')).toContain(`distribution ${NAMED.name}`)
  })

  it('goes to a link that netdrill carries as it is', () => {
    expect(netemCarrier({kind: 'netem', jitter: 4, distribution: TABLE}, 20).distribution).toBe(TABLE)
  })

  it.each([[[1]], [[1, 40_000]], [[1, 2.5]]])('refuses %j as a table', async (distribution) => {
    await expect(planWords({kind: 'netem', jitter: '4ms', distribution})).rejects.toThrow()
  })
})
