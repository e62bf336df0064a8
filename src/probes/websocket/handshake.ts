/** The opening handshake (RFC 6455 section 4): the request, and what the answer is worth. Pure. */
import {createHash} from 'node:crypto'
import {stripControl} from '../../core/text.ts'

/** Section 1.3: every server proves with it that it read the request. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** A longer head is none of a handshake. */
const MOST_HEAD = 16_384

export interface UpgradeRequest {
  readonly url: URL
  /** 16 octets in base64. */
  readonly key: string
  readonly protocols: readonly string[]
  readonly headers: readonly (readonly [string, string])[]
  readonly origin: string | null
  readonly authorization: string | null
}

/** The octets of the request. */
export function encodeUpgrade(request: UpgradeRequest): Uint8Array {
  const {url, key, protocols, headers, origin, authorization} = request
  const own = headers.some(([name]) => name.toLowerCase() === 'host')
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    ...(own ? [] : [`Host: ${url.host}`]),
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
    ...(protocols.length > 0 ? [`Sec-WebSocket-Protocol: ${protocols.join(', ')}`] : []),
    ...(origin === null ? [] : [`Origin: ${origin}`]),
    ...(authorization === null ? [] : [`Authorization: ${authorization}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** What `Sec-WebSocket-Accept` has to be for this key. */
export function acceptFor(key: string): string {
  return createHash('sha1').update(`${key}${GUID}`).digest('base64')
}

export interface UpgradeAnswer {
  readonly status: number
  readonly reason: string
  /** Names in lower case; repeated fields joined with commas. */
  readonly headers: ReadonlyMap<string, string>
}

export type AnswerSoFar =
  | {readonly type: 'more'}
  /** `rest`: what came behind the head, frames as a rule. */
  | {readonly type: 'head'; readonly answer: UpgradeAnswer; readonly rest: Uint8Array}
  | {readonly type: 'nonsense'; readonly because: string}

/** Reads the head of a response from all octets that have come so far. */
export function readAnswer(bytes: Uint8Array): AnswerSoFar {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const begun = buffer.subarray(0, 7).toString('latin1')
  if (!'HTTP/1.'.startsWith(begun)) return {type: 'nonsense', because: quote(buffer)}
  const end = buffer.indexOf('\r\n\r\n')
  if (end < 0)
    return bytes.length > MOST_HEAD
      ? {type: 'nonsense', because: `a head of more than ${MOST_HEAD} octets`}
      : {type: 'more'}
  const [first = '', ...lines] = buffer.subarray(0, end).toString('latin1').split('\r\n')
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: (.*))?$/.exec(first)
  if (!status) return {type: 'nonsense', because: quote(buffer)}
  const answer = {
    status: Number(status[1]),
    reason: stripControl(status[2] ?? '').trim(),
    headers: headersOf(lines),
  }
  return {type: 'head', answer, rest: buffer.subarray(end + 4)}
}

function headersOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const at = line.indexOf(':')
    if (at <= 0) continue
    const name = line.slice(0, at).trim().toLowerCase()
    const value = stripControl(line.slice(at + 1)).trim()
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return headers
}

function quote(buffer: Buffer): string {
  return JSON.stringify(stripControl(buffer.subarray(0, 60).toString('latin1')))
}

/** Why a 101 makes no WebSocket connection (section 4.1, steps 2 to 6); null when it does. */
export function upgradeProblem(
  {headers}: UpgradeAnswer,
  {key, protocols}: Pick<UpgradeRequest, 'key' | 'protocols'>,
): string | null {
  const upgrade = headers.get('upgrade')?.toLowerCase()
  if (upgrade !== 'websocket') return `it has "Upgrade: ${upgrade ?? ''}"`
  const connection = headers.get('connection')?.toLowerCase().split(',') ?? []
  if (!connection.some((word) => word.trim() === 'upgrade')) return 'it lacks "Connection: Upgrade"'
  const accept = headers.get('sec-websocket-accept')
  if (accept === undefined) return 'it lacks Sec-WebSocket-Accept'
  if (accept !== acceptFor(key)) return 'its Sec-WebSocket-Accept belongs to another request'
  const extensions = headers.get('sec-websocket-extensions')
  if (extensions !== undefined) return `it uses an extension that was not offered: ${extensions}`
  const protocol = headers.get('sec-websocket-protocol')
  if (protocol !== undefined && !protocols.includes(protocol))
    return `it chose the subprotocol "${protocol}", which was not offered`
  return null
}
