/** DNS messages (RFC 1035 section 4) with EDNS (RFC 6891). */
import {type Labels, encodeName, formatName, readName} from './names.ts'
import {DnsFormatError, Reader} from './reader.ts'
import {className, typeName} from './registry.ts'

export interface DnsFlags {
  readonly qr: boolean
  readonly opcode: number
  readonly aa: boolean
  readonly tc: boolean
  readonly rd: boolean
  readonly ra: boolean
  readonly ad: boolean
  readonly cd: boolean
}

export interface DnsQuestion {
  readonly labels: Labels
  readonly type: number
  readonly class: number
}

/** A record as it lies in the message: `data` covers its RDATA, in which names may point anywhere backwards. */
export interface RawRecord {
  readonly labels: Labels
  readonly type: number
  readonly class: number
  readonly ttl: number
  readonly data: Reader
}

export interface EdnsOption {
  readonly code: number
  readonly data: Uint8Array
}

interface Edns {
  /** The largest UDP answer that the sender takes. */
  readonly size: number
  readonly version: number
  readonly dnssecOk: boolean
  readonly options: readonly EdnsOption[]
}

export interface DnsMessage {
  readonly id: number
  readonly flags: DnsFlags
  /** All 12 bits, when EDNS carries the upper ones. */
  readonly rcode: number
  readonly questions: readonly DnsQuestion[]
  readonly answer: readonly RawRecord[]
  readonly authority: readonly RawRecord[]
  /** Without the OPT pseudo-record, which is in `edns`. */
  readonly additional: readonly RawRecord[]
  readonly edns: Edns | null
}

const OPT = 41
const HEADER_LENGTH = 12

/** Decodes a whole message; octets behind its last record are ignored. Throws `DnsFormatError`. */
export function decodeMessage(bytes: Uint8Array): DnsMessage {
  const reader = new Reader(bytes)
  const id = reader.u16()
  const bits = reader.u16()
  const counts = [reader.u16(), reader.u16(), reader.u16(), reader.u16()] as const
  // Each entry needs some octets, so a count that can't be true is not counted out.
  const questions = Array.from({length: checkCount(counts[0], reader)}, () => readQuestion(reader))
  const answer = readRecords(reader, counts[1])
  const authority = readRecords(reader, counts[2])
  const others = readRecords(reader, counts[3])
  const opts = others.filter(({type}) => type === OPT)
  if (opts.length > 1) throw new DnsFormatError('the message has more than one OPT record')
  const upper = opts[0] ? opts[0].ttl >>> 24 : 0
  return {
    id,
    flags: decodeFlags(bits),
    rcode: (upper << 4) | (bits & 15),
    questions,
    answer,
    authority,
    additional: others.filter(({type}) => type !== OPT),
    edns: opts[0] ? decodeEdns(opts[0]) : null,
  }
}

function checkCount(count: number, reader: Reader): number {
  if (count > reader.left) throw new DnsFormatError('the message counts more entries than it has octets')
  return count
}

function readQuestion(reader: Reader): DnsQuestion {
  return {labels: readName(reader), type: reader.u16(), class: reader.u16()}
}

function readRecords(reader: Reader, count: number): readonly RawRecord[] {
  return Array.from({length: checkCount(count, reader)}, () => {
    const labels = readName(reader)
    const fixed = {type: reader.u16(), class: reader.u16(), ttl: reader.u32()}
    return {labels, ...fixed, data: reader.part(reader.u16())}
  })
}

function decodeFlags(bits: number): DnsFlags {
  return {
    qr: (bits & 0x8000) !== 0,
    opcode: (bits >> 11) & 15,
    aa: (bits & 0x0400) !== 0,
    tc: (bits & 0x0200) !== 0,
    rd: (bits & 0x0100) !== 0,
    ra: (bits & 0x0080) !== 0,
    ad: (bits & 0x0020) !== 0,
    cd: (bits & 0x0010) !== 0,
  }
}

function decodeEdns(opt: RawRecord): Edns {
  const options: EdnsOption[] = []
  const {data} = opt
  while (data.left > 0) {
    const code = data.u16()
    options.push({code, data: data.take(data.u16())})
  }
  return {size: opt.class, version: (opt.ttl >> 16) & 0xff, dnssecOk: (opt.ttl & 0x8000) !== 0, options}
}

export interface DnsQuery {
  readonly id: number
  readonly question: DnsQuestion
  readonly rd: boolean
  readonly cd: boolean
  /** Null asks without EDNS. */
  readonly edns: EdnsRequest | null
}

export interface EdnsRequest {
  readonly size: number
  readonly dnssecOk: boolean
  readonly options: readonly EdnsOption[]
}

/** A question of opcode QUERY. AD asks for the answer's AD bit even without DO (RFC 6840 section 5.7). */
export function encodeQuery({id, question, rd, cd, edns}: DnsQuery): Uint8Array {
  const bits = (rd ? 0x0100 : 0) | 0x0020 | (cd ? 0x0010 : 0)
  const name = encodeName(question.labels)
  return Uint8Array.from([
    ...[id, bits, 1, 0, 0, edns ? 1 : 0].flatMap(u16),
    ...name,
    ...u16(question.type),
    ...u16(question.class),
    ...(edns ? encodeOpt(edns) : []),
  ])
}

/** RFC 6891 section 6.1.2. */
function encodeOpt({size, dnssecOk, options}: EdnsRequest): readonly number[] {
  const data = options.flatMap((option) => [...u16(option.code), ...u16(option.data.length), ...option.data])
  return [0, ...u16(OPT), ...u16(size), 0, 0, ...u16(dnssecOk ? 0x8000 : 0), ...u16(data.length), ...data]
}

function u16(value: number): [number, number] {
  return [(value >> 8) & 0xff, value & 0xff]
}

/** The id and the QR bit of something that may be no message; null when it is too short for a header. */
export function peekHeader(bytes: Uint8Array): {readonly id: number; readonly qr: boolean} | null {
  if (bytes.length < HEADER_LENGTH) return null
  const reader = new Reader(bytes)
  return {id: reader.u16(), qr: (reader.u8() & 0x80) !== 0}
}

/** For people: `example.com. IN AAAA`. */
export function describeQuestion({labels, type, class: kind}: DnsQuestion): string {
  return `${formatName(labels)} ${className(kind)} ${typeName(type)}`
}
