import {afterEach, describe, expect, it, vi} from 'vitest'
import {openPorts} from '../../../../src/app/ports.ts'
import {HOST} from '../../../../src/core/place.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import {AgentSession} from '../../../../src/lab/agent-session.ts'
import {openLab} from '../../../../src/lab/open-lab.ts'
import type {Lab, LabSpec} from '../../../../src/lab/lab.ts'
import {systemAgents} from '../../../../src/system/agents.ts'
import {proxyOrders} from '../../../support/proxy-orders.ts'

const cleanups: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

const ports = openPorts(1)

async function openSession(): Promise<AgentSession> {
  const session = await AgentSession.open(ports, {
    name: 'test',
    place: HOST,
    origin: ports.clock.now(),
    seed: 1,
  })
  cleanups.push(() => session.close())
  return session
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('an agent process', () => {
  it('serves, impairs, counts and ends when its input ends', async () => {
    const session = await openSession()
    const [echo] = await session.serve([
      {name: 'echo', kind: 'tcp-echo', address: '127.0.0.1', port: 0, options: {}},
    ])
    const [front] = await session.serve([
      {
        name: 'front',
        kind: 'proxy',
        address: '127.0.0.1',
        port: 0,
        upstream: {address: '127.0.0.1', port: echo?.port ?? 0},
      },
    ])
    expect(front?.port).toBeGreaterThan(0)
    const proxy = session.proxy('front')
    await proxy.impair(proxyOrders({refuse: true}))
    expect(await proxy.counters()).toEqual({connections: 0, bytes: 0, faults: {}})
    await session.close()
    expect(await session.ended).toBe('it ended with code 0')
    expect(isAlive(session.pid)).toBe(false)
  })

  it('leaves the interrupt of the terminal to the main process', async () => {
    const session = await openSession()
    process.kill(session.pid, 'SIGINT')
    process.kill(session.pid, 'SIGHUP')
    await expect(session.serve([])).resolves.toEqual([])
  })

  it('rejects what it can not do with the reason', async () => {
    const session = await openSession()
    await expect(session.proxy('nobody').impair([])).rejects.toThrow('there is no proxy nobody here')
    const options = {behaviour: 'dance'}
    const spec = {name: 'x', kind: 'http', address: '127.0.0.1', port: 0, options} as const
    await expect(session.serve([spec])).rejects.toThrow(/server x \(http\) did not start: behaviour/)
  })

  it('passes on what is wrong with a target, code and all', async () => {
    const session = await openSession()
    const target = {...WATCH, url: 'tcp://127.0.0.1', options: {}}
    await expect(session.watch([target], () => {})).rejects.toMatchObject({
      exit: 2,
      problems: [{code: 'USAGE_INVALID'}],
    })
  })

  it('makes what is pending fail when it dies', async () => {
    const session = await openSession()
    process.kill(session.pid, 'SIGSTOP')
    const pending = session.serve([])
    process.kill(session.pid, 'SIGKILL')
    await expect(pending).rejects.toThrow('the agent of test is gone: it was ended by SIGKILL')
    await expect(session.serve([])).rejects.toThrow('is gone')
  })

  it('that is not there is an error with its reason', async () => {
    const agents = systemAgents({env: () => '/nonexistent/agent.js'})
    await expect(agents.spawn(HOST)).rejects.toThrow("Cannot find module '/nonexistent/agent.js'")
  })

  it('whose place is gone is a lack of this machine', async () => {
    const place = {kind: 'process', pid: 2 ** 22 + 1, user: false, name: 'gone'} as const
    await expect(systemAgents(ports.host).spawn(place)).rejects.toMatchObject({
      exit: 6,
      problems: [{code: 'CAPABILITY_MISSING'}],
    })
  })
})

const WATCH = {
  name: 'api',
  url: 'tcp://{api}',
  role: 'target',
  interval: 50,
  timeout: 500,
  family: 0,
  options: {strategy: 'order', banner: false},
  policy: null,
  fall: 1,
  rise: 1,
} as const

const SPEC: LabSpec = {
  isolation: 'none',
  nodes: ['client', 'server'],
  links: [{between: ['client', 'server'], subnet: '10.77.0.0/24'}],
  servers: {api: {node: 'server', kind: 'tcp-echo', proxy: true, port: 80, options: {}}},
}

async function openLoopback(spec: LabSpec = SPEC): Promise<Lab> {
  const lab = await openLab(spec, ports, {
    origin: ports.clock.now(),
    seed: 1,
    signal: new AbortController().signal,
    onLoss: () => {},
  })
  cleanups.push(() => lab.down())
  return lab
}

describe('a lab on loopback', () => {
  it('takes free ports, has no links and says how it is built', async () => {
    const lab = await openLoopback()
    expect(lab.isolation).toBe('loopback')
    expect(lab.notes).toEqual(['lab: everything on loopback, as asked'])
    expect(lab.resolve('tcp://{api}')).toBe(`tcp://127.0.0.1:${lab.servers()['api']?.port}`)
    expect(lab.link('client', 'server')).toBeNull()
    expect(lab.place('client')).toEqual(HOST)
    expect(lab.proxyOf('api')?.name).toBe('api')
  })

  it('is watched from a node and from the machine itself, and sees the proxy refuse', async () => {
    const lab = await openLoopback()
    const seen = new Map<string, string[]>()
    const record = (from: string) => (event: RunEvent) => {
      if (event.type === 'state-changed') seen.set(from, [...(seen.get(from) ?? []), event.to])
    }
    const target = {...WATCH, url: lab.resolve(WATCH.url)}
    await lab.watch('client', [target], record('client'))
    await lab.watch('host', [target], record('host'))
    const all = (states: string[]): void =>
      expect([seen.get('client'), seen.get('host')]).toEqual([states, states])
    await vi.waitFor(() => all(['connecting', 'connected']), {timeout: 5000})
    await lab.proxyOf('api')?.impair(proxyOrders({refuse: true}))
    await vi.waitFor(() => all(['connecting', 'connected', 'reconnecting']), {timeout: 5000})
    await lab.proxyOf('api')?.impair([])
    await vi.waitFor(() => all(['connecting', 'connected', 'reconnecting', 'connected']), {timeout: 5000})
    await lab.unwatch()
    all(['connecting', 'connected', 'reconnecting', 'connected', 'disconnected'])
  })

  it('can be the machine alone', async () => {
    const lab = await openLoopback({isolation: 'none', nodes: ['host'], links: [], servers: {}})
    expect(lab.place('host')).toEqual(HOST)
    await lab.down()
    await lab.down()
  })

  it('refuses to begin when it must be isolated and can not be', async () => {
    const missing = {
      capability: 'network-namespaces',
      status: 'missing',
      found: 'no right to',
      why: '',
      remedy: 'become root',
    } as const
    const capabilities = {check: async () => Promise.resolve(missing)}
    const options = {origin: 0, seed: 1, signal: new AbortController().signal, onLoss: () => {}}
    const required = openLab({...SPEC, isolation: 'required'}, {...ports, capabilities}, options)
    await expect(required).rejects.toMatchObject({
      exit: 6,
      problems: [{advice: expect.arrayContaining(['become root']) as string[]}],
    })
    const lab = await openLab({...SPEC, isolation: 'auto'}, {...ports, capabilities}, options)
    cleanups.push(() => lab.down())
    expect(lab.notes[0]).toContain('no right to')
  })

  it('stops building when it is aborted', async () => {
    const stop = new AbortController()
    stop.abort(new Error('interrupted'))
    const options = {origin: 0, seed: 1, signal: stop.signal, onLoss: () => {}}
    await expect(openLab(SPEC, ports, options)).rejects.toThrow('interrupted')
  })
})
