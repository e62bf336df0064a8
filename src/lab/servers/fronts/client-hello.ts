/** What a front must know of a TLS ClientHello before it decides (RFC 8446 §4.1.2, RFC 6066 §3, RFC 7301 §3.1). */

export interface ClientHello {
  /** Asked for by SNI; empty when it asks for none. */
  readonly serverName: string
  readonly alpn: readonly string[]
}

const HANDSHAKE_RECORD = 22
const CLIENT_HELLO = 1
const RECORD_HEADER = 5
const SERVER_NAME = 0
const ALPN = 16
const NOTHING: ClientHello = {serverName: '', alpn: []}

/** `more` while the first record isn't complete, `other` when it is no TLS. A hello that can't be read asks for nothing. */
export function readClientHello(bytes: Buffer): ClientHello | 'more' | 'other' {
  const [type, major] = bytes
  if (type !== HANDSHAKE_RECORD || (major !== undefined && major !== 3)) return 'other'
  if (bytes.length < RECORD_HEADER || bytes.length < firstRecordEnd(bytes)) return 'more'
  const body = bytes.subarray(RECORD_HEADER, firstRecordEnd(bytes))
  try {
    return body[0] === CLIENT_HELLO ? parseHello(body.subarray(4)) : NOTHING
  } catch (error) {
    if (error instanceof RangeError) return NOTHING
    throw error
  }
}

/** Where the first record ends, by its header (RFC 8446 §5.1). */
export function firstRecordEnd(bytes: Buffer): number {
  return RECORD_HEADER + bytes.readUInt16BE(3)
}

function parseHello(hello: Buffer): ClientHello {
  // Version and random.
  let at = 34
  at += 1 + hello.readUInt8(at)
  at += 2 + hello.readUInt16BE(at)
  at += 1 + hello.readUInt8(at)
  if (at >= hello.length) return NOTHING
  const extensions = hello.subarray(at + 2, at + 2 + hello.readUInt16BE(at))
  let found = NOTHING
  for (at = 0; at + 4 <= extensions.length;) {
    const type = extensions.readUInt16BE(at)
    const end = at + 4 + extensions.readUInt16BE(at + 2)
    const data = extensions.subarray(at + 4, end)
    if (type === SERVER_NAME && data.length > 5) found = {...found, serverName: data.toString('latin1', 5)}
    if (type === ALPN) found = {...found, alpn: protocolsOf(data.subarray(2))}
    at = end
  }
  return found
}

function protocolsOf(list: Buffer): readonly string[] {
  const protocols: string[] = []
  for (let at = 0; at < list.length;) {
    const length = list.readUInt8(at)
    protocols.push(list.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return protocols
}
