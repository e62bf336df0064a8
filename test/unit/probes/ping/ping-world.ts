/** A scripted ICMP port. */
import type {Outcome} from '../../../../src/core/outcome.ts'
import type {
  EchoExtra,
  EchoOpening,
  EchoRequest,
  EchoResult,
  EchoSocketRequest,
  NetError,
  Ports,
  ResolvedAddress,
} from '../../../../src/core/ports.ts'
import {parseTargetUrl} from '../../../../src/core/target.ts'
import {pingOptions} from '../../../../src/probes/ping/options.ts'
import {ping} from '../../../../src/probes/ping/probe.ts'
import type {Prober} from '../../../../src/probes/probe.ts'
import {FakeClock} from '../../../support/fake-clock.ts'

export interface World {
  readonly lookups: (readonly ResolvedAddress[] | NetError)[]
  readonly openings: EchoSocketRequest[]
  readonly requests: EchoRequest[]
  readonly results: EchoResult[]
  extra: (extra: EchoExtra) => void
  opening: EchoOpening | null
  closed: number
}

export const REPLY: EchoResult = {status: 'reply', rtt: 1.5, ttl: 61, bytes: 64, from: '10.0.0.2'}

export function makeWorld(part: Partial<World> = {}): {world: World; ports: Ports} {
  const world: World = {
    lookups: [],
    openings: [],
    requests: [],
    results: [],
    extra: () => {},
    opening: null,
    closed: 0,
    ...part,
  }
  const socket = {
    method: 'icmp datagram socket',
    clock: 'kernel' as const,
    echo: async (request: EchoRequest) => {
      world.requests.push(request)
      return Promise.resolve(world.results.shift() ?? REPLY)
    },
    onExtra: (listener: (extra: EchoExtra) => void) => {
      world.extra = listener
      return () => {}
    },
    close: () => {
      world.closed++
    },
  }
  const ports: Partial<Ports> = {
    clock: new FakeClock(),
    icmp: {
      open: async (request) => {
        world.openings.push(request)
        return Promise.resolve(world.opening ?? {status: 'open', socket})
      },
    },
    resolver: {
      lookup: async () => Promise.resolve(world.lookups.shift() ?? {code: 'ENOTFOUND', message: 'not found'}),
      configuration: async () => Promise.resolve({servers: [], search: [], ndots: 1}),
    },
  }
  return {world, ports: ports as Ports}
}

export async function openPing(url: string, ports: Ports, options: object = {}): Promise<Prober> {
  const parsed = parseTargetUrl(url)
  if (!parsed.ok) throw new Error(parsed.because)
  return ping.open({url: parsed.value, family: 0, options: pingOptions.parse(options)}, ports)
}

export const measure = async (prober: Prober, seq = 1): Promise<Outcome> =>
  prober.measure({seq, timeout: 1000, signal: new AbortController().signal})

export const v4 = (address: string): ResolvedAddress => ({address, family: 4})
