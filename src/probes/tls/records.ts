/** The record layer (RFC 8446 §5.1, RFC 5246 §6.2), as far as it can be read without keys. */

export const CONTENT = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
  heartbeat: 24,
} as const

export interface TlsRecord {
  readonly type: number
  /** The five octets of the header: the additional data of TLS 1.3's encryption. */
  readonly header: Uint8Array
  readonly fragment: Uint8Array
}
export interface RecordStream {
  readonly records: readonly TlsRecord[]
  /**
   * `complete`: the bytes end with a record; `partial`: in the middle of one; `foreign`: the bytes at `at` are no
   * TLS record at all.
   */
  readonly ends: 'complete' | 'partial' | 'foreign'
  readonly at: number
}

const HEADER = 5
/** 2^14 plus what TLS 1.2 allows for compression and encryption; TLS 1.3 allows less. */
const LONGEST = 16_384 + 2048

/** Splits bytes into records; stops at the first octet that can't belong to one. Never throws. */
export function splitRecords(bytes: Uint8Array): RecordStream {
  const records: TlsRecord[] = []
  let at = 0
  while (at < bytes.length) {
    const header = bytes.subarray(at, at + HEADER)
    if (!mayBeHeader(header)) return {records, ends: 'foreign', at}
    if (header.length < HEADER) return {records, ends: 'partial', at}
    const length = (header[3] ?? 0) * 256 + (header[4] ?? 0)
    const end = at + HEADER + length
    if (end > bytes.length) return {records, ends: 'partial', at}
    records.push({type: header[0] ?? 0, header, fragment: bytes.subarray(at + HEADER, end)})
    at = end
  }
  return {records, ends: 'complete', at}
}

/** A known content type, major version 3 and a possible length; of a cut header, what is there. */
function mayBeHeader(header: Uint8Array): boolean {
  const [type = 0, major, , high, low] = header
  if (type < CONTENT.changeCipherSpec || type > CONTENT.heartbeat) return false
  if (major !== undefined && major !== 3) return false
  return high === undefined || low === undefined || high * 256 + low <= LONGEST
}

export interface TlsAlert {
  readonly level: 'warning' | 'fatal'
  readonly number: number
}

/** The alert in an unencrypted fragment: exactly two octets. Null for anything else. */
export function parseAlert(fragment: Uint8Array): TlsAlert | null {
  const [level, number] = fragment
  if (fragment.length !== 2 || number === undefined || (level !== 1 && level !== 2)) return null
  return {level: level === 1 ? 'warning' : 'fatal', number}
}
