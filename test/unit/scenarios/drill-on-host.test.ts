/** Drills with faults on other hosts: what the document may say, and what becomes of the verdict. */
import {describe, expect, it} from 'vitest'
import {UserError, isUserError} from '../../../src/core/errors.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {HostEnd} from '../../../src/core/host-channel.ts'
import {openFaultEngine} from '../../../src/faults/engine.ts'
import type {FaultHost} from '../../../src/faults/fault.ts'
import {openHostedEngine} from '../../../src/faults/hosts/hosted-engine.ts'
import {affectedThere} from '../../../src/scenarios/affected-there.ts'
import type {DrillSpec} from '../../../src/scenarios/drill-spec.ts'
import {loadDrill} from '../../../src/scenarios/load-drill.ts'
import {makeFaultWorld} from '../../support/fault-world.ts'
import {FarHost, type HostScript, VERSION} from '../../support/host-pair.ts'
import {condition, drillSpec, runScripted} from '../../support/scripted-drill.ts'

const ON = 'ssh://root@10.0.0.2'

/** The probes go from 10.0.0.3 to the host itself. */
const SPEC: DrillSpec = drillSpec({
  targets: drillSpec().targets.map((target) =>
    target.role === 'control' ? target : {...target, url: 'tcp://10.0.0.2:80', source: '10.0.0.3'},
  ),
  faults: {
    outage: {
      kind: 'partition',
      mode: 'drop',
      direction: 'both',
      connections: 'all',
      on: ON,
      scope: {to: '10.0.0.3'},
    } as never,
  },
  hosts: {outage: {file: 'test.yaml', line: 7, column: 31}},
})

async function run(
  far: FarHost,
  spec: DrillSpec = SPEC,
  interfere?: {readonly at: number; readonly act: () => void},
) {
  const near = makeFaultWorld()
  const {clock} = far.world
  const other = {
    clock,
    isInForce: () => far.world.kernel.tables.size > 0,
    open: (stop: (because: string) => void) =>
      openHostedEngine(openFaultEngine(near.ports, {run: 'r1'}), {
        ...{door: far.door, clock, version: VERSION, run: 'r1', onTrouble: stop},
      }),
  }
  return runScripted(spec, {other}, interfere)
}

const proofsOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'fault-measured' ? event.proofs : []))
const farHost = (script: HostScript = {}): FarHost => {
  const far = new FarHost(script)
  // Packets of the probes meet the rules.
  far.world.kernel.packets = 12
  return far
}

describe('a drill with a fault on another host', () => {
  it('passes when that host shows it as asked, counts packets, and the probes from here felt it', async () => {
    const far = farHost()
    const {result, events} = await run(far)
    expect(proofsOf(events).map(({what, verdict}) => [what, verdict])).toEqual([
      ['read-back (nft)', 'verified'],
      ['counter (nft)', 'verified'],
      ['api blocked', 'verified'],
      ['control untouched', 'verified'],
    ])
    expect(result).toMatchObject({verdict: 'pass', exit: 0})
    expect(far.world.kernel.tables.size).toBe(0)
  })

  it('proves nothing when no packet came by there', async () => {
    const far = farHost()
    far.world.kernel.packets = 0
    const {result} = await run(far)
    expect(result).toMatchObject({verdict: 'inconclusive', exit: 3})
  })

  it('contacts the host before the baseline, and breaks nothing when that fails, with the place of the host', async () => {
    const denied: HostEnd = {code: 255, missing: false, said: 'root@10.0.0.2: Permission denied (publickey).'}
    const {result, events} = await run(farHost({refuse: [denied]}))
    if (!isUserError(result)) throw new Error('it began')
    expect(result.exit).toBe(6)
    expect(result.problems).toMatchObject([{code: 'HOST_LOGIN', position: {line: 7, column: 31}}])
    expect(events.some((event) => event.type === 'phase-started' && event.phase === 'baseline')).toBe(false)
  })

  it('is aborted when the connection is lost, and looks whether the fault is undone there', async () => {
    const far = farHost()
    const {result, events} = await run(far, SPEC, {at: 3000, act: () => far.cut()})
    expect(result).toMatchObject({
      verdict: 'aborted',
      exit: 4,
      reasons: [expect.stringMatching(/^the connection to ssh:\/\/root@10\.0\.0\.2 is lost: /)],
    })
    expect(events.find((event) => event.type === 'fault-removed')).toMatchObject({
      because: 'abort',
      restored: true,
    })
    expect(far.calls).toHaveLength(2)
  })

  it('has leftovers when nobody can look any more', async () => {
    const refuse: HostEnd[] = []
    const far = farHost({refuse})
    const {result} = await run(far, SPEC, {
      at: 3000,
      act: () => {
        refuse.push(
          ...Array.from({length: 50}, () => ({code: 255, missing: false, said: 'No route to host'})),
        )
        far.cut()
      },
    })
    expect(result).toMatchObject({
      verdict: 'leftovers',
      exit: 5,
      reasons: [expect.stringMatching(/^outage may have left something behind: nobody could look/)],
    })
  })

  it('is aborted when somebody halts all faults there', async () => {
    const far = farHost()
    const {result} = await run(far, SPEC, {at: 3000, act: () => far.halt('faults were halted: release')})
    expect(result).toMatchObject({
      verdict: 'aborted',
      exit: 4,
      reasons: ['on ssh://root@10.0.0.2 faults were halted: release'],
    })
    expect(far.world.kernel.tables.size).toBe(0)
  })

  it('plans, breaks and proves each round anew', async () => {
    const far = farHost()
    const {result, events} = await run(far, {...SPEC, repeat: 2, expect: [condition('api.recovery < 2s')]})
    expect(result).toMatchObject({verdict: 'pass'})
    expect(events.filter((event) => event.type === 'fault-removed')).toHaveLength(2)
    expect(far.calls).toHaveLength(1)
  })
})

describe('what a document says about hosts', () => {
  const text = (fault: string, more = ''): string => `version: 1
targets: {api: tcp://10.0.0.2:80}
faults:
  split: ${fault}
drill: {timeline: [{at: 1s, inject: split, for: 1s}]}
${more}`
  const load = async (fault: string, more?: string) =>
    loadDrill({name: 'd', file: 'd.yaml', text: text(fault, more), env: () => undefined})
  const problemOf = async (fault: string, more?: string) => {
    try {
      await load(fault, more)
    } catch (error) {
      if (isUserError(error)) return error.problems[0]
      throw error
    }
    throw new UserError({code: 'INTERNAL', message: 'it was loaded'})
  }

  it('is kept with its place', async () => {
    const {spec} = await load(`{kind: partition, on: '${ON}:2222', scope: {to: db}}`)
    expect(spec.faults['split']).toMatchObject({on: `${ON}:2222`, scope: {to: 'db'}})
    expect(spec.hosts).toMatchObject({split: {file: 'd.yaml', line: 4}})
  })

  it.each([
    ['no ssh', '{kind: partition, on: web}', /^it is not ssh:/],
    ['an option', '{kind: partition, on: "ssh://-oProxyCommand=x"}', /^it is not ssh:/],
    ['a port beyond all', '{kind: partition, on: "ssh://web:70000"}', /^a port is/],
    ['a front', `{kind: http-front, status: 503, on: "${ON}"}`, /it can not be on another host/],
  ])('is refused at its line for %s', async (_, fault, message) => {
    expect(await problemOf(fault)).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
      position: {line: 4},
    })
  })

  it('does not go with a lab', async () => {
    const problem = await problemOf(`{kind: partition, on: '${ON}', scope: {to: a}}`, 'lab: {nodes: [a]}')
    expect(problem).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/nodes of a lab do not see/),
      position: {line: 4},
    })
  })

  it('holds for every step of a timeline', async () => {
    const {spec} = await loadDrill({
      name: 'd',
      file: 'd.yaml',
      env: () => undefined,
      text: `version: 1
targets: {api: tcp://10.0.0.2:80}
faults: {slow: {kind: netem, delay: 10ms, on: '${ON}', scope: {to: db}}}
drill: {timeline: [{at: 1s, inject: slow, for: 2s, ramp: {to: {delay: 50ms}, steps: 2}}]}`,
    })
    expect(spec.timeline[0]?.steps?.map(({spec: {on}}) => on)).toEqual([ON, ON])
  })
})

describe('the targets that must feel a fault on another host', () => {
  const host: FaultHost = {name: ON, ends: {client: '10.0.0.1', server: '10.0.0.2'}, to: '10.0.0.1'}
  const target = (change: object) =>
    ({
      ...drillSpec().targets[0],
      name: 'api',
      url: 'tcp://10.0.0.2:80',
      ...change,
    }) as DrillSpec['targets'][number]
  it.for([
    ['are on it, and reached from where it hits', {}, {}, host, ['api']],
    [
      'are those bound to a source that it hits',
      {source: '10.0.0.3'},
      {},
      {...host, to: '10.0.0.0/24'},
      ['api'],
    ],
    ['are not those bound to another source', {source: '10.0.0.3'}, {}, host, []],
    ['are not on a third host', {url: 'tcp://10.0.0.9:80'}, {}, host, []],
    ['are not those of another protocol', {}, {protocol: 'icmp'}, host, []],
    ['are unknown where a port of ours decides', {}, {port: 80}, host, []],
    ['are unknown where a sender decides', {}, {uid: 33}, host, []],
    ['are unknown through a device of ours', {interface: 'eth1'}, {}, host, []],
    ['are no controls', {role: 'control'}, {}, host, []],
    ['are unknown where the host does not tell its addresses', {}, {}, {...host, ends: null}, []],
  ] as const)('%s', ([, change, scope, on, names]) => {
    expect(
      affectedThere({kind: 'partition', on: ON, scope: {to: 'x', ...scope}}, on, [target(change)]),
    ).toEqual(names)
  })
})
