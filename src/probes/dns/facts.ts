/** From an answer to the facts that people see and conditions test. */
import type {DnsFacts, DnsRecord} from '../../core/facts.ts'
import {joinHostPort} from '../../core/target.ts'
import {stripControl} from '../../core/text.ts'
import type {Ask, Server} from './ask.ts'
import type {DnsFlags, RawRecord} from './codec/message.ts'
import {formatName} from './codec/names.ts'
import {formatRdata} from './codec/rdata.ts'
import {className, rcodeName, typeName} from './codec/registry.ts'
import {ednsFacts} from './edns.ts'
import type {Received} from './exchange.ts'
import {signaturesOf} from './signatures.ts'

const ANY = 255
const FLAGS = ['aa', 'tc', 'rd', 'ra', 'ad', 'cd'] as const satisfies readonly (keyof DnsFlags)[]

/** Wall time. */
type Seconds = number

/** Throws `DnsFormatError` when a record's data does not fit its type. `now` judges how long signatures last. */
export function factsOf(received: Received, ask: Ask, server: Server, now: Seconds): DnsFacts {
  const {message} = received
  const signatures = signaturesOf(message.answer, now)
  const {errors, ...edns} = ednsFacts(message, ask)
  const {question} = ask
  const answer = message.answer.map(formatRecord)
  const authority = message.authority.map(formatRecord)
  const additional = message.additional.map(formatRecord)
  const asked = answer.filter((_, index) => isAsked(message.answer[index], question.type))
  const ttls = answer.map(({ttl}) => ttl)
  return {
    rcode: rcodeName(message.rcode),
    question: {name: ask.name, type: typeName(question.type), class: className(question.class)},
    answers: asked.map(({data}) => data),
    ttl: ttls.length === 0 ? null : Math.min(...ttls),
    flags: FLAGS.filter((flag) => message.flags[flag]),
    ad: message.flags.ad,
    serial: serialOf([...answer, ...authority]),
    resolver: joinHostPort(server.address, server.port),
    transport: received.transport,
    truncated: received.truncated,
    rejected: received.rejected,
    sections: {answer, authority, additional},
    bytes: received.bytes,
    ...edns,
    ...(errors.length > 0 ? {errors: errors.map(stripControl)} : {}),
    ...(signatures.length > 0
      ? {signatures, rrsig_days_left: Math.min(...signatures.map(({days_left}) => days_left))}
      : {}),
  }
}

function isAsked(record: RawRecord | undefined, type: number): boolean {
  return record !== undefined && (type === ANY || record.type === type)
}

function formatRecord({labels, type, class: kind, ttl, data}: RawRecord): DnsRecord {
  // RFC 2181 section 8: a TTL with the uppermost bit set counts as zero.
  const seconds = ttl > 0x7f_ff_ff_ff ? 0 : ttl
  return {
    name: formatName(labels),
    type: typeName(type),
    class: className(kind),
    ttl: seconds,
    data: formatRdata(type, data),
  }
}

function serialOf(records: readonly DnsRecord[]): number | null {
  const soa = records.find(({type}) => type === 'SOA')
  return soa ? Number(soa.data.split(' ')[2]) : null
}
