/** The fields conditions may name, with what their values are. */
import {FAILURES} from '../../core/codes/index.ts'
import {TLS_STRENGTHS} from '../../core/facts.ts'
import {PATH_MODES} from '../../core/group-events.ts'
import {MPTCP_MODES} from '../../core/network-events.ts'
import {STRATEGY_NAMES} from '../../core/strategy-events.ts'

/**
 * What a field holds and so how its value is written: `duration` (ms inside, unit required), `seconds` (the same text,
 * compared with a value in seconds, as DNS gives it), `ratio` (percent), `size` (octets), `number` (bare), `text`,
 * `list` (of texts) or `boolean`.
 */
export type FieldType = 'duration' | 'seconds' | 'ratio' | 'size' | 'number' | 'text' | 'list' | 'boolean'

export interface FieldKind {
  readonly type: FieldType
  /** All values there are, where they are few and fixed. */
  readonly words?: readonly string[]
}

const STATES = [
  'idle',
  'connecting',
  'connected',
  'degraded',
  'suspect',
  'reconnecting',
  'exhausted',
  'failed',
  'disconnected',
]

const FIELDS: Readonly<Record<string, FieldKind>> = {
  ok: {type: 'boolean'},
  code: {type: 'text', words: Object.keys(FAILURES)},
  stage: {type: 'text', words: ['resolve', 'route', 'connect', 'tls', 'send', 'receive', 'assert']},
  category: {type: 'text', words: [...new Set(Object.values(FAILURES).map((entry) => entry.category))]},
  attempts: {type: 'number'},
  flaky: {type: 'boolean'},
  address: {type: 'text'},
  family: {type: 'number'},
  loss: {type: 'ratio'},
  dup: {type: 'ratio'},
  reorder: {type: 'ratio'},
  ...all('duration', 'rtt', ['min', 'avg', 'p50', 'p90', 'p95', 'p99', 'max', 'stddev', 'jitter']),
  ...all('duration', 'phase', ['resolve', 'connect', 'starttls', 'tls']),
  ...all('duration', 'phase', ['request', 'wait', 'download', 'total']),
  ...all('text', 'dns', ['rcode', 'resolver']),
  ...all('list', 'dns', ['answers', 'flags']),
  'dns.ttl': {type: 'seconds'},
  ...all('number', 'dns', ['serial', 'serial_spread', 'rrsig_days_left']),
  ...all('text', 'dns', ['nsid', 'subnet', 'transport']),
  'dns.errors': {type: 'list'},
  'dns.agree': {type: 'boolean'},
  'dns.ad': {type: 'boolean'},
  ...all('text', 'tls', ['version', 'cipher', 'group', 'alpn', 'issuer', 'ocsp']),
  ...all('boolean', 'tls', ['trusted', 'resumed']),
  'tls.days_left': {type: 'number'},
  'tls.names': {type: 'list'},
  ...all('list', 'tls.enumeration', ['versions', 'ciphers', 'groups']),
  'tls.enumeration.weakest': {type: 'text', words: TLS_STRENGTHS},
  'tls.enumeration.complete': {type: 'boolean'},
  'http.status': {type: 'number'},
  ...all('text', 'http', ['version', 'body']),
  'http.size': {type: 'size'},
  'ping.ttl': {type: 'number'},
  'ping.mtu': {type: 'number'},
  'tcp.banner': {type: 'text'},
  'udp.state': {type: 'text', words: ['open', 'closed', 'filtered', 'open|filtered']},
  'udp.reply': {type: 'text'},
  'udp.size': {type: 'size'},
  'stun.mapped': {type: 'text'},
  'stun.mapping': {
    type: 'text',
    words: ['endpoint-independent', 'address-dependent', 'address-and-port-dependent'],
  },
  'stun.nat': {type: 'boolean'},
  'turn.relayed': {type: 'text'},
  'turn.mapped': {type: 'text'},
  'turn.transport': {type: 'text', words: ['udp', 'tcp', 'tls']},
  'turn.lifetime': {type: 'number'},
  'turn.relay_rtt': {type: 'duration'},
  'mptcp.used': {type: 'boolean'},
  'mptcp.subflows': {type: 'number'},
  'mptcp.mode': {type: 'text', words: MPTCP_MODES},
  'mptcp.modes': {type: 'list', words: MPTCP_MODES},
  'mptcp.trigger': {type: 'text'},
  ...all('number', 'websocket', ['status', 'close_code', 'stale', 'messages']),
  ...all('text', 'websocket', ['protocol', 'close_reason', 'message']),
  'websocket.ended': {type: 'text', words: ['refused', 'close-frame', 'fin', 'rst', 'silence', 'malformed']},
  ...all('boolean', 'websocket', ['clean', 'reused']),
  state: {type: 'text', words: [...STATES, 'new', 'checking', 'closed']},
  states: {type: 'list', words: [...STATES, 'new', 'checking', 'closed']},
  restarts: {type: 'number'},
  restarts_used: {type: 'number'},
  restarts_won: {type: 'number'},
  glares: {type: 'number'},
  forged: {type: 'number'},
  send_errors: {type: 'number'},
  send_codes: {type: 'list'},
  path: {type: 'text'},
  mode: {type: 'text', words: PATH_MODES},
  modes: {type: 'list', words: PATH_MODES},
  member: {type: 'text'},
  members: {type: 'list'},
  switches: {type: 'number'},
  downtime: {type: 'duration'},
  detection: {type: 'duration'},
  failover: {type: 'duration'},
  recovery: {type: 'duration'},
  failback: {type: 'duration'},
  execution: {type: 'duration'},
  execution_net: {type: 'duration'},
  ...all('number', 'stream', ['sent', 'confirmed', 'lost', 'duplicates', 'reordered', 'resent']),
  'stream.failures': {type: 'list', words: Object.keys(FAILURES)},
  'stream.stages': {type: 'list'},
  availability: {type: 'ratio'},
  lost: {type: 'number'},
  flaps: {type: 'number'},
  ...all('duration', 'attempt', ['min', 'max']),
  ...all('duration', 'wait', ['min', 'max']),
  denied: {type: 'number'},
  ...all('number', 'strategy', STRATEGY_NAMES),
  warnings: {type: 'number'},
  warned: {type: 'duration'},
  fired: {type: 'number'},
  fires: {type: 'duration'},
  resolves: {type: 'duration'},
  arrives: {type: 'duration'},
  clears: {type: 'duration'},
  messages: {type: 'number'},
  incidents: {type: 'number'},
  received: {type: 'number'},
  repeats: {type: 'number'},
  resolved: {type: 'number'},
}

/** The names of all fields but the `http.header.NAME`, `http.json.PATH` and `share.PATH` families. */
export const FIELD_NAMES: readonly string[] = Object.keys(FIELDS)

/**
 * What the field of that name holds; null for an unknown one. Header names are case-insensitive (RFC 9110 §5.1). A value
 * inside a JSON body is compared as text.
 */
export function fieldKind(name: string): FieldKind | null {
  if (Object.hasOwn(FIELDS, name)) return FIELDS[name] ?? null
  if (SHARE.test(name)) return {type: 'ratio'}
  return FAMILIES.some((family) => family.test(name)) ? {type: 'text'} : null
}

/** Of a path of a group, by its name. */
const SHARE = /^share\.[A-Za-z0-9_-]+$/

const FAMILIES = [
  /^http\.header\.[A-Za-z0-9!#$%&'*+^_`|~-]+$/,
  /^tcp\.capture\.[A-Za-z_]\w*$/,
  /^http\.json\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+|\[\d+\])*$/,
]

function all(type: FieldType, head: string, tails: readonly string[]): Record<string, FieldKind> {
  return Object.fromEntries(tails.map((tail) => [`${head}.${tail}`, {type}]))
}
