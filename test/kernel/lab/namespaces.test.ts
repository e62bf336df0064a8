import {type ChildProcess, spawn} from 'node:child_process'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {inPlace} from '../../../src/core/place-command.ts'
import type {Place} from '../../../src/core/place.ts'
import type {WatchSpec} from '../../../src/core/watch.ts'
import {openPorts} from '../../../src/app/ports.ts'
import type {Lab, LabSpec} from '../../../src/lab/lab.ts'
import {openLab} from '../../../src/lab/open-lab.ts'
import {loadProbe} from '../../../src/probes/registry.ts'
import {inhabited, namespaceOf} from '../../support/living-namespaces.ts'
import {proxyOrders} from '../../support/proxy-orders.ts'

const FIXTURE = fileURLToPath(new URL('../../fixtures/lab/hold-lab.ts', import.meta.url))
const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']

const SPEC: LabSpec = {
  isolation: 'required',
  nodes: ['client', 'server'],
  links: [{between: ['client', 'server'], subnet: '10.77.0.0/24'}],
  servers: {
    echo: {node: 'server', kind: 'tcp-echo', proxy: false, port: 7001, options: {banner: 'hello'}},
    api: {node: 'server', kind: 'tls-echo', proxy: true, port: 7000, options: {}},
    names: {node: 'server', kind: 'dns', proxy: false, port: 53, options: {records: {'a.test': '10.77.0.2'}}},
  },
}

const cleanups: (() => Promise<unknown> | void)[] = []
beforeEach(async (ctx) => {
  const report = await openPorts(1).capabilities.check('network-namespaces')
  if (report.status !== 'present') ctx.skip(`no network namespaces: ${report.found}`)
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

function pidOf(place: Place): number {
  return place.kind === 'process' ? place.pid : -1
}

interface Held {
  readonly child: ChildProcess
  readonly places: readonly Place[]
  readonly lines: unknown[]
}

/** Runs the fixture, with the given words before it, until it says that its lab is up. */
async function holdLab(before: readonly string[]): Promise<Held> {
  const words = [...before, process.execPath, '--no-warnings', FIXTURE]
  const child = spawn(words[0] ?? '', words.slice(1), {stdio: ['pipe', 'pipe', 'inherit']})
  cleanups.push(() => void child.kill('SIGKILL'))
  const lines: unknown[] = []
  const first = await new Promise<{places: Place[]}>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the fixture ended with ${code}`)))
    createInterface({input: child.stdout}).on('line', (line) => {
      lines.push(JSON.parse(line))
      resolve(JSON.parse(line) as {places: Place[]})
    })
  })
  return {child, places: first.places, lines}
}

describe.each([
  ['as root', [], false],
  ['without rights', NOBODY, true],
])('a lab %s', (_name, before, user) => {
  it('lives in namespaces of its own that end with it', async (ctx) => {
    if (process.getuid?.() !== 0) ctx.skip('needs root to choose the user')
    const {child, places, lines} = await holdLab(before)
    const namespaces = places.map((place) => namespaceOf(pidOf(place)))
    expect(new Set([...namespaces, namespaceOf('self')]).size).toBe(3)
    expect(places).toEqual(places.map((place) => ({...place, user})))
    child.stdin?.end()
    await new Promise((resolve) => child.once('exit', resolve))
    expect(lines.at(-1)).toEqual({down: true})
    expect(inhabited(namespaces)).toEqual([])
  })

  it('leaves no process and no namespace when its owner is killed', async (ctx) => {
    if (process.getuid?.() !== 0) ctx.skip('needs root to choose the user')
    const {child, places} = await holdLab(before)
    const namespaces = places.map((place) => namespaceOf(pidOf(place)))
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(inhabited(namespaces)).toEqual([]), {timeout: 5000})
    expect(places.map((place) => namespaceOf(pidOf(place)))).toEqual([null, null])
  })
})

interface Opened {
  readonly lab: Lab
  readonly events: RunEvent[]
  readonly lost: string[]
  watch(...targets: Partial<WatchSpec>[]): Promise<void>
  /** Resolves when a sample of the target meets the condition. */
  sample(target: string, meets: (outcome: Outcome) => boolean): Promise<Outcome>
}
type Outcome = Extract<RunEvent, {type: 'sample'}>['sample']['outcome']

async function open(spec: LabSpec): Promise<Opened> {
  const ports = openPorts(1)
  const lost: string[] = []
  const lab = await openLab(spec, ports, {
    origin: ports.clock.now(),
    seed: 1,
    signal: new AbortController().signal,
    onLoss: (what) => lost.push(what),
  })
  cleanups.push(() => lab.down())
  const events: RunEvent[] = []
  const outcomes = (target: string): Outcome[] =>
    events.flatMap((event) =>
      event.type === 'sample' && event.target === target ? [event.sample.outcome] : [],
    )
  return {
    lab,
    events,
    lost,
    watch: async (...targets) => {
      const specs = targets.map((target) => ({...WATCH, ...target, url: lab.resolve(target.url ?? '')}))
      await lab.watch('client', specs, (event) => events.push(event))
    },
    sample: async (target, meets) =>
      vi.waitFor(
        () => {
          const found = outcomes(target).find(meets)
          if (!found) throw new Error(`${target}: ${JSON.stringify(outcomes(target).at(-1))}`)
          return found
        },
        {timeout: 10_000},
      ),
  }
}

const WATCH: WatchSpec = {
  name: '',
  url: '',
  role: 'target',
  interval: 100,
  timeout: 1000,
  family: 0,
  options: {},
  policy: null,
  fall: 1,
  rise: 1,
}
const TLS = {strategy: 'order', alpn: [], min: 'TLSv1.2', max: 'TLSv1.3', ca: [], verify: true, resume: false}

describe('probes in a lab', () => {
  it('reach the servers by ping, TCP and DNS over the veth pair', async () => {
    const {watch, sample} = await open(SPEC)
    await watch(
      {name: 'ping', url: 'ping://{server}', options: {size: 56}},
      {name: 'tcp', url: 'tcp://{echo}', options: {strategy: 'order', banner: true}},
      {name: 'dns', url: 'dns://{names}/a.test', options: (await loadProbe('dns')).schema.parse({})},
    )
    expect(await sample('dns', ({status}) => status === 'ok')).toMatchObject({
      reading: {dns: {answers: ['10.77.0.2']}},
    })
    expect(await sample('ping', ({status}) => status === 'ok')).toMatchObject({
      reading: {address: '10.77.0.2'},
    })
    expect(await sample('tcp', ({status}) => status === 'ok')).toMatchObject({
      reading: {port: 7001, tcp: {banner: expect.stringContaining('hello') as string}},
    })
  })

  it('trust the TLS server and see the latency of its proxy in the handshake', async () => {
    const {lab, watch, sample} = await open(SPEC)
    await watch({name: 'tls', url: 'tls://{api}', options: TLS})
    await sample('tls', ({status}) => status === 'ok')
    await lab.proxyOf('api')?.impair(proxyOrders({latency: 60}))
    await sample('tls', (outcome) => outcome.status === 'ok' && (outcome.reading.rtt ?? 0) >= 118)
    await lab.proxyOf('api')?.impair(proxyOrders({refuse: true}))
    await sample('tls', (outcome) => outcome.status === 'failed' && outcome.failure.code === 'TCP_REFUSED')
    await lab.proxyOf('api')?.impair([])
    expect(Object.values((await lab.proxyOf('api')?.counters())?.faults ?? {})[0]?.affected).toBeGreaterThan(
      0,
    )
  })

  it('see a link that goes down', async () => {
    const {lab, watch, sample} = await open(SPEC)
    await watch({name: 'tcp', url: 'tcp://{echo}', options: {strategy: 'order', banner: false}, timeout: 300})
    await sample('tcp', ({status}) => status === 'ok')
    const link = lab.link('server', 'client')
    expect(link).toEqual({
      from: {node: 'server', device: 'eth0', address: '10.77.0.2'},
      to: {node: 'client', device: 'eth0', address: '10.77.0.1'},
    })
    const {file, args} = inPlace(lab.place('server'), 'ip', ['link', 'set', 'eth0', 'down'])
    expect((await openPorts(1).exec.run({file, args})).exitCode).toBe(0)
    await sample('tcp', ({status}) => status === 'failed')
  })

  it('end without a trace when unwatched, and can begin again', async () => {
    const {lab, events, watch, sample} = await open(SPEC)
    await watch({name: 'one', url: 'tcp://{echo}', options: {strategy: 'order', banner: false}})
    await sample('one', ({status}) => status === 'ok')
    await lab.unwatch()
    expect(events.at(-1)).toMatchObject({type: 'state-changed', to: 'disconnected'})
    await watch({name: 'two', url: 'tcp://{echo}', options: {strategy: 'order', banner: false}})
    await sample('two', ({status}) => status === 'ok')
  })
})

describe('a lab that loses a node', () => {
  it('says which one, and takes the rest down', async () => {
    const {lab, lost} = await open(SPEC)
    process.kill(pidOf(lab.place('server')), 'SIGKILL')
    await vi.waitFor(() => expect(lost).toEqual(['node server (it was ended by SIGKILL)']))
    await lab.down()
    expect(namespaceOf(pidOf(lab.place('client')))).toBeNull()
  })
})

describe('a lab that can not be built', () => {
  it.each([
    [
      'a port that is taken',
      {...SPEC.servers, other: {...SPEC.servers['echo'], node: 'server'}},
      'EADDRINUSE',
    ],
    ['an option nobody knows', {echo: {...SPEC.servers['echo'], options: {bannner: 'x'}}}, 'bannner'],
  ])('because of %s leaves nothing', async (_name, servers, message) => {
    const ports = openPorts(1)
    const pids: number[] = []
    const agents = {
      spawn: async (...args: Parameters<typeof ports.agents.spawn>) => {
        const agent = await ports.agents.spawn(...args)
        pids.push(agent.pid)
        return agent
      },
    }
    const opening = openLab(
      {...SPEC, servers} as LabSpec,
      {...ports, agents},
      {
        origin: ports.clock.now(),
        seed: 1,
        signal: new AbortController().signal,
        onLoss: () => {},
      },
    )
    await expect(opening).rejects.toThrow(message)
    expect(pids).toHaveLength(2)
    expect(pids.map(namespaceOf)).toEqual([null, null])
  })
})
