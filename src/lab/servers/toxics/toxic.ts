/** What a toxic is: its kinds, their attributes and the words in which a request for one is refused. */
import type {Millis} from '../../../core/units.ts'

/**
 * Every kind with its attributes and their defaults. The first eight have the names, units and defaults of Toxiproxy: times in
 * milliseconds (the delay of `slicer` in microseconds), `rate` in 1000 bytes per second. The others are ours.
 */
export const TOXIC_KINDS = {
  latency: {latency: 0, jitter: 0},
  bandwidth: {rate: 0},
  slow_close: {delay: 0},
  timeout: {timeout: 0},
  reset_peer: {timeout: 0},
  slicer: {average_size: 0, size_variation: 0, delay: 0},
  limit_data: {bytes: 0},
  down: {},
  /** New connections are refused by the kernel; live ones stay. */
  refuse: {},
  /** The upstream is dialled so much later. */
  connect_delay: {delay: 0},
  /** The first so many connections after it came are reset. */
  fail_first: {count: 1},
  /** Connections that come between `after` and `after` + `length` are reset. */
  fail_window: {after: 0, length: 0},
  /** The stream ends after `timeout`, the other one goes on. */
  half_close: {timeout: 0},
  /** Everything waits for `timeout`, and nothing of it is lost; 0 waits until the toxic goes. */
  stall: {timeout: 0},
  /** The first TLS record of the stream and all after it wait for `timeout`; 0 waits until the toxic goes. */
  tls_stall: {timeout: 0},
  /** One bit of a byte is turned with this probability. */
  corrupt: {probability: 0},
  /** The first so many bytes of the stream are replaced by random ones. */
  garbage: {bytes: 16},
  /** Datagrams only: lost, sent twice, or held back behind later ones. */
  loss: {probability: 0},
  duplicate: {probability: 0},
  reorder: {probability: 0, delay: 50},
} as const

export type ToxicKind = keyof typeof TOXIC_KINDS
export type ToxicStream = 'upstream' | 'downstream'
export type Protocol = 'tcp' | 'udp'

export interface Toxic {
  readonly name: string
  readonly type: ToxicKind
  readonly stream: ToxicStream
  /** Share of connections (of datagrams, with UDP) that it acts on, 0 to 1; 0 acts on none. */
  toxicity: number
  attributes: Readonly<Record<string, number>>
  /** It removes itself after so long. */
  readonly ttl?: Millis
  /** The fault that it belongs to, for its counters. */
  readonly fault?: string
}

/** A request that can't be done, with the HTTP status that says so. */
export class ToxicProblem extends Error {
  readonly status: number
  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

const DATAGRAM: readonly ToxicKind[] = ['latency', 'bandwidth', 'corrupt', 'loss', 'duplicate', 'reorder']
const DATAGRAM_ONLY: readonly ToxicKind[] = ['loss', 'duplicate', 'reorder']
/** Reads a toxic as the API takes it. Throws `ToxicProblem` 400. */
export function parseToxic(body: Readonly<Record<string, unknown>>, protocol: Protocol, ttl?: Millis): Toxic {
  const type = body['type']
  if (typeof type !== 'string' || !isKind(type) || !isAllowed(type, protocol))
    throw new ToxicProblem('invalid toxic type', 400)
  const stream = body['stream'] === undefined || body['stream'] === '' ? 'downstream' : body['stream']
  if (stream !== 'upstream' && stream !== 'downstream') {
    throw new ToxicProblem('stream was invalid, can be either upstream or downstream', 400)
  }
  const name = typeof body['name'] === 'string' && body['name'] !== '' ? body['name'] : `${type}_${stream}`
  return {
    name,
    type,
    stream,
    toxicity: parseToxicity(body['toxicity'], 1),
    attributes: parseAttributes(type, body['attributes'], TOXIC_KINDS[type]),
    ...(ttl === undefined ? {} : {ttl}),
  }
}

/** `given` over `before`; attributes that the kind doesn't have are left out. Throws `ToxicProblem` 400. */
export function parseAttributes(
  type: ToxicKind,
  given: unknown,
  before: Toxic['attributes'],
): Toxic['attributes'] {
  if (given === undefined || given === null) return {...before}
  if (typeof given !== 'object' || Array.isArray(given)) throw bad('attributes is not an object')
  const attributes = {...before}
  for (const key of Object.keys(TOXIC_KINDS[type])) {
    const value = (given as Record<string, unknown>)[key]
    if (value === undefined || value === null) continue
    attributes[key] = checked(key, value)
  }
  return attributes
}

function checked(key: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw bad(`${key} is not a number from 0`)
  if (key === 'probability' && value > 1) throw bad(`${key} is not between 0 and 1`)
  return value
}

export function parseToxicity(given: unknown, before: number): number {
  if (given === undefined || given === null) return before
  if (typeof given !== 'number' || !(given >= 0 && given <= 1)) throw bad('toxicity is not between 0 and 1')
  return given
}

export function bad(because: string): ToxicProblem {
  return new ToxicProblem(`bad request body: ${because}`, 400)
}

export function isKind(type: string): type is ToxicKind {
  return Object.hasOwn(TOXIC_KINDS, type)
}

/** Whether the kind can act on what the protocol passes. */
export function isAllowed(type: ToxicKind, protocol: Protocol): boolean {
  return protocol === 'udp' ? DATAGRAM.includes(type) : !DATAGRAM_ONLY.includes(type)
}
