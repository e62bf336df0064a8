/** LDAP (RFC 4511 §4.14), PostgreSQL and MySQL: dialogues without lines. */
import {FOREIGN, MORE, go, latin1Text, type Heard, type Step} from './dialogue.ts'

const START_TLS_OID = '1.3.6.1.4.1.1466.20037'

/** An LDAPMessage with message id 1 and an ExtendedRequest [APPLICATION 23] that names the operation in [0]. */
const LDAP_REQUEST = Buffer.concat([
  Buffer.from([0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, START_TLS_OID.length]),
  Buffer.from(START_TLS_OID),
])

export function ldapSteps(): readonly Step[] {
  return [{name: 'StartTLS', send: LDAP_REQUEST, hear: hearLdap}]
}

interface Element {
  readonly tag: number
  readonly body: Uint8Array
  /** Octets with tag and length. */
  readonly size: number
}

/** The first element in BER with a definite length; `more` when it isn't complete, null when it can't be one. */
function readElement(bytes: Uint8Array): Element | 'more' | null {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined) return 'more'
  const octets = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || octets > 4) return null
  if (bytes.length < 2 + octets) return 'more'
  const length =
    octets === 0 ? first : bytes.subarray(2, 2 + octets).reduce((sum, octet) => sum * 256 + octet, 0)
  if (length > 65_536) return null
  const size = 2 + octets + length
  return bytes.length < size ? 'more' : {tag, body: bytes.subarray(2 + octets, size), size}
}

const EXTENDED_RESPONSE = 0x78
const ENUMERATED = 0x0a
const PROTOCOL_ERROR = 2

function hearLdap(bytes: Uint8Array): Heard {
  if (bytes.length > 0 && bytes[0] !== 0x30) return FOREIGN
  const message = readElement(bytes)
  if (message === 'more') return MORE
  return (message && judgeLdap(message)) ?? FOREIGN
}

/** Null when it is no answer to an extended request. */
function judgeLdap(message: Element): Heard | null {
  const [id, response] = elements(message.body)
  const [result, , text] = response?.tag === EXTENDED_RESPONSE ? elements(response.body) : []
  const code = result?.tag === ENUMERATED ? result.body[0] : undefined
  if (code === undefined) return null
  // Message id 0 is a notice that the server disconnects (RFC 4511 §4.4.1), whatever its code.
  const ours = id?.body[0] === 1
  if (code === 0 && ours) return go(message.size)
  const said = `result code ${code}${diagnostic(text)}`
  return {type: code === PROTOCOL_ERROR && ours ? 'absent' : 'refused', said}
}

/** The diagnosticMessage of an LDAPResult, often empty. */
function diagnostic(text: Element | undefined): string {
  return text && text.body.length > 0 ? `: ${latin1Text(text.body)}` : ''
}

function elements(bytes: Uint8Array): readonly Element[] {
  const found: Element[] = []
  let rest = bytes
  while (rest.length > 0) {
    const element = readElement(rest)
    if (!element || element === 'more') break
    found.push(element)
    rest = rest.subarray(element.size)
  }
  return found
}

/** SSLRequest of the protocol's chapter "Message Formats": its length, and 1234 and 5679 in place of a version. */
const POSTGRES_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

export function postgresSteps(): readonly Step[] {
  return [{name: 'SSLRequest', send: POSTGRES_REQUEST, hear: hearPostgres}]
}

function hearPostgres(bytes: Uint8Array): Heard {
  if (bytes.length === 0) return MORE
  const text = latin1Text(bytes)
  switch (text[0]) {
    case 'S':
      // One octet and no more; an SSH banner begins with it too.
      return text.startsWith('SSH-') ? FOREIGN : go(1)
    case 'N':
      return {type: 'absent', said: text}
    case 'E':
      return {type: 'refused', said: postgresError(text)}
    default:
      return FOREIGN
  }
}

/** The field M of an ErrorResponse; servers older than protocol 3 send the text alone. */
function postgresError(text: string): string {
  const fields = text.slice(5).split('\0')
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? text.slice(1)
}

const CLIENT_LONG_PASSWORD = 0x1
const CLIENT_PROTOCOL_41 = 0x200
const CLIENT_SSL = 0x800
const CLIENT_SECURE_CONNECTION = 0x8000
const UTF8MB4 = 45

/** Protocol::SSLRequest: the first 32 octets of a login, before user and password. */
function mysqlRequest(): Uint8Array {
  const packet = Buffer.alloc(36)
  packet.writeUIntLE(32, 0, 3)
  packet[3] = 1
  packet.writeUInt32LE(CLIENT_LONG_PASSWORD | CLIENT_PROTOCOL_41 | CLIENT_SSL | CLIENT_SECURE_CONNECTION, 4)
  packet.writeUInt32LE(0x0100_0000, 8)
  packet[12] = UTF8MB4
  return packet
}

export function mysqlSteps(): readonly Step[] {
  return [
    {name: 'greeting', send: null, hear: hearMysql},
    // No answer: TLS begins right behind it.
    {name: 'SSLRequest', send: mysqlRequest(), hear: null},
  ]
}

const PROTOCOL_10 = 10
const ERROR_PACKET = 0xff

function hearMysql(bytes: Uint8Array): Heard {
  const header = Buffer.alloc(5, Uint8Array.of(0, 0, 0, 0, PROTOCOL_10))
  header.set(bytes.subarray(0, 5))
  const [sequence, kind] = header.subarray(3)
  if (sequence !== 0 || (kind !== PROTOCOL_10 && kind !== ERROR_PACKET)) return FOREIGN
  const length = header.readUIntLE(0, 3)
  if (length > LONGEST_GREETING) return FOREIGN
  if (bytes.length < 5 || bytes.length < 4 + length) return MORE
  const body = bytes.subarray(4, 4 + length)
  return kind === ERROR_PACKET ? {type: 'refused', said: latin1Text(body.subarray(3))} : judgeGreeting(body)
}

const LONGEST_GREETING = 4096

/** Behind the text of the version: thread id, 8 octets of the challenge, a filler, and the lower half of the flags. */
function judgeGreeting(body: Uint8Array): Heard {
  const end = body.indexOf(0)
  const [low, high] = body.subarray(end + 14, end + 16)
  if (end === -1 || low === undefined || high === undefined) return FOREIGN
  if ((high * 256 + low) & CLIENT_SSL) return go(4 + body.length)
  return {type: 'absent', said: `version ${latin1Text(body.subarray(1, end))}, without TLS`}
}
