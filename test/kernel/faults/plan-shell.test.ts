/** A plan is true: a shell that runs its commands reaches what `apply` reaches, and its undo takes that back. */
import {execFileSync} from 'node:child_process'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {viewPlan} from '../../../src/app/fault-views.ts'
import {planOrder} from '../../../src/app/faults.ts'
import {FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {namespacesMissing, runIn} from '../../support/namespaces.ts'

const reason = namespacesMissing()
let rig: FaultRig

beforeAll(() => {
  if (reason === null) rig = new FaultRig()
})
beforeEach((context) => {
  if (reason !== null) context.skip(reason)
})
afterEach(async () => {
  if (reason === null) await rig.clear()
})
afterAll(async () => {
  if (reason === null) await rig.close()
})

/** Without the names and times that differ from fault to fault. */
function state(): string {
  const near = (file: string, ...args: readonly string[]): string => runIn(rig.pair.near, file, args)
  const ifbs = near('ip', '-br', 'link').match(/ndifb\d+/g) ?? []
  return (
    [
      rig.kernelState(),
      ...ifbs.map((name) => rig.kernelState(name)),
      near('ip', 'route'),
      near('sysctl', 'net.ipv4.ip_local_port_range'),
    ]
      .join('\n')
      .replaceAll(/netdrill_\w+/g, 'netdrill_ID')
      .replaceAll(/ expires \w+/g, '')
      // A neighbour may be asked for in between.
      .replaceAll(/direct_packets_stat \d+/g, '')
  )
}

interface Typed {
  readonly command: string | null
  readonly input: string | null
}

function inShell(steps: readonly Typed[]): void {
  for (const {command, input} of steps) {
    if (command !== null)
      execFileSync('sh', ['-c', command], {input: input ?? '', stdio: ['pipe', 'pipe', 'pipe']})
  }
}

describe('the commands of a plan, run by a shell', () => {
  it.each([
    ['a partition', {kind: 'partition', mode: 'reject'}, {port: 443}],
    ['a rate', {kind: 'rate', rate: '1mbit'}, {protocol: 'tcp'}],
    ['a rate of what arrives', {kind: 'rate', rate: '1mbit', direction: 'in'}, {family: 'ipv4'}],
    ['a route', {kind: 'route', mode: 'prohibit'}, {}],
    ['source ports', {kind: 'ephemeral-ports', count: 3}, null],
  ] as const)('do what apply does for %s, and undo it', async (_, {kind, ...flags}, scope) => {
    const before = state()
    const fault = await rig.apply({
      kind,
      ...flags,
      scope: scope === null ? {} : {to: `${FAR4},${FAR6}`, ...scope},
    })
    const applied = state()
    expect(applied).not.toBe(before)
    await fault.remove()
    expect(state()).toBe(before)
    const targets = scope === null ? [] : [FAR4, FAR6]
    const words = {kind, file: null, flags, scope: {...scope, targets, namespace: rig.pair.near}}
    const order = {words, lasts: 20_000, allow: {broad: true, lockout: false}, proxy: null}
    const {steps} = viewPlan(await planOrder(order, rig.ports))
    expect(state(), 'planning changes nothing').toBe(before)
    inShell(steps)
    expect(state()).toBe(applied)
    inShell(steps.toReversed().map(({undo, undoInput}) => ({command: undo, input: undoInput})))
    expect(state()).toBe(before)
  })
})
