/** Faults on another host: who plans, keeps and undoes them, and what happens when the two sides lose each other. */
import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../../src/core/errors.ts'
import type {HostEnd} from '../../../../src/core/host-channel.ts'
import {openFaultEngine} from '../../../../src/faults/engine.ts'
import type {ActiveFault, FaultRequest} from '../../../../src/faults/fault.ts'
import {writeHalt} from '../../../../src/faults/halt.ts'
import {type HostedEngine, openHostedEngine} from '../../../../src/faults/hosts/hosted-engine.ts'
import type {FakeClock} from '../../../support/fake-clock.ts'
import {type FaultWorld, makeFaultWorld, makeRequest} from '../../../support/fault-world.ts'
import {FarHost, type HostScript, VERSION} from '../../../support/host-pair.ts'

const ON = 'ssh://root@web'

interface Scene {
  readonly near: FaultWorld
  readonly far: FarHost
  readonly engine: HostedEngine
  readonly troubles: string[]
  readonly clock: FakeClock
}

function scene(script: HostScript = {}): Scene {
  const far = new FarHost(script)
  const near = makeFaultWorld()
  const troubles: string[] = []
  const {clock} = far.world
  const engine = openHostedEngine(openFaultEngine(near.ports, {run: 'r1'}), {
    ...{door: far.door, clock, version: VERSION, run: 'r1'},
    onTrouble: (because) => void troubles.push(because),
  })
  return {near, far, engine, troubles, clock}
}

async function request(id = 'split', scope: object = {to: '10.0.0.9'}): Promise<FaultRequest> {
  const made = await makeRequest(id, {kind: 'partition', scope})
  return {...made, spec: {...made.spec, on: ON}}
}

/** Time passes until it is done. */
async function wait<Value>(clock: FakeClock, work: Promise<Value>): Promise<Value> {
  let over = false
  void work.then(
    () => (over = true),
    () => (over = true),
  )
  for (let step = 0; step < 600 && !over; step++) await clock.advance(100)
  return work
}

async function put({engine, clock}: Scene, id?: string): Promise<ActiveFault> {
  const asked = await request(id)
  const plan = await wait(clock, engine.plan(asked))
  return wait(clock, engine.apply(plan, asked.binding))
}

async function problemOf(clock: FakeClock, work: Promise<unknown>) {
  try {
    await wait(clock, work)
  } catch (error) {
    if (!isUserError(error)) throw error
    const {code, message, advice} = error.problems[0] ?? {code: '', message: '', advice: []}
    return {code, message, advice: (advice ?? []).join('\n'), exit: error.exit}
  }
  throw new Error('nothing was thrown')
}

const statesOf = ({files}: FaultWorld): readonly string[] =>
  [...files].flatMap(([path, text]) =>
    path.startsWith('/state/ledger/') ? [(JSON.parse(text) as {state: string}).state] : [],
  )

describe('a fault on another host', () => {
  it('is planned, put in force and undone there; here nothing is written', async () => {
    const all = scene()
    const {far, near, engine, clock} = all
    const fault = await put(all)
    expect(fault.plan).toMatchObject({
      summary: expect.stringMatching(/ on ssh:\/\/root@web$/),
      on: {name: ON, ends: {client: '10.0.0.1', server: '10.0.0.2'}, to: '10.0.0.9'},
    })
    expect(fault.asAsked).toBe(true)
    expect(far.world.kernel.tables.size).toBe(1)
    expect(statesOf(far.world)).toEqual(['applied'])
    expect(await wait(clock, fault.counters())).toMatchObject({matched: expect.any(Number)})
    expect(await wait(clock, fault.remove())).toMatchObject({restored: true, differences: []})
    expect(far.world.kernel.tables.size).toBe(0)
    await wait(clock, engine.close())
    expect([...near.files.keys()].filter((path) => path.startsWith('/state'))).toEqual([])
    expect(far.serving).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('shares one connection with the others there, and the local engine has those of here', async () => {
    const all = scene()
    const {far, near, engine, clock} = all
    await put(all, 'one')
    await put(all, 'two')
    const here = await makeRequest('here', {kind: 'partition', scope: {to: '10.0.0.9'}})
    await engine.apply(await engine.plan(here), here.binding)
    expect(far.calls).toHaveLength(1)
    expect(far.world.kernel.tables.size).toBe(2)
    expect(near.kernel.tables.size).toBe(1)
    await wait(clock, engine.close())
    expect([far.world.kernel.tables.size, near.kernel.tables.size]).toEqual([0, 0])
  })

  it('takes names for what they mean there', async () => {
    const {far, engine, clock} = scene()
    Object.assign(far.world.ports.resolver, {
      lookup: async () => [{address: '10.1.1.1', family: 4} as const],
    })
    const plan = await wait(clock, engine.plan(await request('split', {to: 'db.internal'})))
    expect(plan.on?.to).toBe('10.1.1.1')
    await wait(clock, engine.close())
  })

  it('that would cut off the connection itself is refused there', async () => {
    const {engine, clock} = scene()
    const asked = await request('split', {to: '10.0.0.1'})
    expect(await problemOf(clock, engine.plan(asked))).toMatchObject({
      code: 'FAULT_LOCKOUT',
      exit: 7,
      message: 'on ssh://root@web: the scope covers the address of an SSH session 10.0.0.1',
    })
    await wait(clock, engine.close())
  })

  it('is refused while faults are halted there', async () => {
    const {far, engine, clock} = scene()
    await writeHalt(far.world.ports, {reason: 'release', since: 'now', uid: 0})
    expect(await problemOf(clock, engine.plan(await request()))).toMatchObject({
      code: 'FAULT_HALTED',
      exit: 7,
    })
    expect(far.serving).toBe(0)
  })

  it('is told of when faults are halted there meanwhile', async () => {
    const all = scene()
    await put(all)
    all.far.halt('faults were halted: release')
    await all.clock.advance(100)
    expect(all.troubles).toEqual(['on ssh://root@web faults were halted: release'])
    await wait(all.clock, all.engine.close())
  })

  it('can be left to the guard there', async () => {
    const all = scene()
    await put(all)
    await wait(all.clock, all.engine.detach?.() ?? Promise.resolve())
    await wait(all.clock, all.engine.close())
    expect(all.far.world.kernel.tables.size).toBe(1)
    expect(all.far.world.guardWords).toContain('detach')
    expect(all.near.guardWords).toEqual([])
  })
})

describe('a connection that is lost', () => {
  it('undoes the fault there, and the host is called again to look', async () => {
    const all = scene()
    const {far, engine, clock, troubles} = all
    const fault = await put(all)
    far.cut()
    await clock.advance(100)
    expect(far.world.kernel.tables.size).toBe(0)
    expect(troubles).toEqual([
      'the connection to ssh://root@web is lost: client_loop: send disconnect: Broken pipe',
    ])
    expect(await wait(clock, fault.remove())).toMatchObject({restored: true, differences: []})
    expect(far.calls).toHaveLength(2)
    await wait(clock, engine.close())
    expect(clock.pending).toBe(0)
  })

  it('is noticed on both sides by silence alone', async () => {
    const all = scene()
    const {far, engine, clock, troubles} = all
    const fault = await put(all)
    far.silence()
    await clock.advance(3000)
    expect(far.world.kernel.tables.size).toBe(1)
    await clock.advance(4000)
    expect(far.world.kernel.tables.size).toBe(0)
    expect(troubles).toEqual(['the connection to ssh://root@web is lost: not a word from it for 5s'])
    expect(await wait(clock, fault.remove())).toMatchObject({restored: true})
    await wait(clock, engine.close())
  })

  it('stays open as long as words come, however long nothing is asked', async () => {
    const all = scene()
    const fault = await put(all)
    await all.clock.advance(9000)
    expect(all.troubles).toEqual([])
    expect(all.far.world.kernel.tables.size).toBe(1)
    expect(await wait(all.clock, fault.remove())).toMatchObject({restored: true})
    await wait(all.clock, all.engine.close())
  })

  it('leaves open what nobody can look at', async () => {
    const gone: HostEnd = {
      code: 255,
      missing: false,
      said: 'ssh: connect to host web port 22: No route to host',
    }
    const refuse: HostEnd[] = []
    const all = scene({refuse})
    const fault = await put(all)
    refuse.push(...Array.from({length: 50}, () => gone))
    all.far.cut()
    const removal = await wait(all.clock, fault.remove())
    expect(removal).toMatchObject({restored: false, unknown: true})
    expect(removal.differences.join()).toMatch(
      /nobody could look .* No route to host.* netdrill fault list --on ssh:\/\/root@web/,
    )
    await wait(all.clock, all.engine.close())
    expect(all.clock.pending).toBe(0)
  })

  it('tells what the guard could not undo there', async () => {
    const all = scene()
    const asked = await makeRequest('slow', {kind: 'rate', rate: '10mbit', scope: {to: '10.0.0.9'}})
    const plan = await wait(all.clock, all.engine.plan({...asked, spec: {...asked.spec, on: ON}}))
    const fault = await wait(all.clock, all.engine.apply(plan, asked.binding))
    all.far.world.kernel.tcIsFake = true
    all.far.cut()
    const removal = await wait(all.clock, fault.remove())
    expect(removal.restored).toBe(false)
    expect(removal.differences).toEqual([expect.stringContaining('qdisc')])
    expect(removal.unknown).toBeUndefined()
    await wait(all.clock, all.engine.close())
  })

  it('while a fault is put in force makes it a failed one that is undone', async () => {
    const all = scene()
    const asked = await request()
    const plan = await wait(all.clock, all.engine.plan(asked))
    all.far.cut()
    expect(await problemOf(all.clock, all.engine.apply(plan, asked.binding))).toMatchObject({
      code: 'HOST_LOST',
      message: expect.stringMatching(/was lost while it was put in force; it is undone$/),
    })
    expect(all.far.world.kernel.tables.size).toBe(0)
    await wait(all.clock, all.engine.close())
  })
})

describe('a host that can not be used', () => {
  const end = (code: number | null, said: string): HostEnd => ({code, missing: false, said})
  it.each([
    ['no ssh', {code: null, missing: true, said: ''}, 'CAPABILITY_MISSING', /no ssh on this machine/],
    [
      'a name without address',
      end(255, 'ssh: Could not resolve hostname web: Name or service not known\r\n'),
      'HOST_UNREACHABLE',
      /Could not resolve hostname web/,
    ],
    [
      'a closed port',
      end(255, 'ssh: connect to host web port 22: Connection refused\r\n'),
      'HOST_UNREACHABLE',
      /Connection refused/,
    ],
    [
      'an unknown host key',
      end(
        255,
        'No ED25519 host key is known for web and you have requested strict checking.\r\nHost key verification failed.\r\n',
      ),
      'HOST_KEY',
      /the key of the host is not in known_hosts/,
    ],
    [
      'another host key',
      end(255, '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\r\nHost key verification failed.\r\n'),
      'HOST_KEY',
      /another key than the one in known_hosts/,
    ],
    [
      'no key of ours',
      end(255, 'root@web: Permission denied (publickey).\r\n'),
      'HOST_LOGIN',
      /Permission denied/,
    ],
    [
      'no netdrill',
      end(127, 'bash: line 1: netdrill: command not found\n'),
      'HOST_NETDRILL',
      /command not found/,
    ],
    [
      'a netdrill that can not start',
      end(126, 'sh: 1: netdrill: Permission denied\n'),
      'HOST_NETDRILL',
      /can not start/,
    ],
    [
      'an old netdrill',
      end(2, 'error USAGE_INVALID: there is no command "fault serve"\n'),
      'HOST_VERSION',
      /another version/,
    ],
    [
      'a netdrill that fails',
      end(70, 'error INTERNAL: oh\n'),
      'HOST_NETDRILL',
      /ended with 70: error INTERNAL: oh/,
    ],
  ] as const)('%s', async (_, refusal, code, message) => {
    const {engine, clock} = scene({refuse: [refusal]})
    const problem = await problemOf(clock, engine.plan(await request()))
    expect(problem).toMatchObject({code, exit: 6, message: expect.stringMatching(message)})
    expect(problem.message).toMatch(/^ssh:\/\/root@web: /)
    expect(problem.advice).not.toBe('')
    await wait(clock, engine.close())
    expect(clock.pending).toBe(0)
  })

  it('at a port of its own is called there in every advice', async () => {
    const {engine, clock} = scene({refuse: [end(255, 'Permission denied (publickey).')]})
    const asked = await request()
    const plan = engine.plan({...asked, spec: {...asked.spec, on: 'ssh://root@web:2222'}})
    expect((await problemOf(clock, plan)).advice).toContain('ssh-copy-id -p 2222 root@web')
    await wait(clock, engine.close())
  })

  it('another version, with both named', async () => {
    const {far, engine, clock} = scene({version: '1.2.2'})
    expect(await problemOf(clock, engine.plan(await request()))).toMatchObject({
      code: 'HOST_VERSION',
      message: 'ssh://root@web: netdrill 1.2.2 is there, and 1.2.3 here',
    })
    await clock.advance(100)
    expect(far.serving).toBe(0)
  })

  it('whose shell greets is none of them', async () => {
    const {engine, clock} = scene({noise: ['Welcome!', '{"not": "ours"}', '']})
    expect(await wait(clock, engine.plan(await request()))).toMatchObject({kind: 'partition'})
    await wait(clock, engine.close())
  })

  it('that stays silent is given up', async () => {
    const far = scene()
    const plan = far.engine.plan(await request())
    // The line is deaf before the first word comes.
    far.far.silence()
    expect(await problemOf(far.clock, plan)).toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: 'ssh://root@web: no word from it within 20s',
    })
    await wait(far.clock, far.engine.close())
  })

  it('where the rights are missing says whom to be', async () => {
    const {far, engine, clock} = scene()
    Object.assign(far.world.ports.host, {uid: 1000})
    const check = far.world.ports.capabilities.check
    Object.assign(far.world.ports.capabilities, {
      check: async (name: Parameters<typeof check>[0]) => ({
        ...(await check(name)),
        ...(name === 'net-admin' && {status: 'missing', found: 'not root'}),
      }),
    })
    const problem = await problemOf(clock, engine.plan(await request()))
    expect(problem).toMatchObject({code: 'CAPABILITY_MISSING', exit: 6})
    expect(problem.advice).toContain('on: ssh://root@web')
    await wait(clock, engine.close())
  })
})
