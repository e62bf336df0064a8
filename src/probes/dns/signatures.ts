/** The DNSSEC signatures of an answer: who signed what, and for how long. */
import type {SignatureFacts} from '../../core/facts.ts'
import type {RawRecord} from './codec/message.ts'
import {formatName, readName} from './codec/names.ts'
import {typeName} from './codec/registry.ts'

const RRSIG = 46
const DAY = 86_400

/** `now` in seconds. Reads copies: the records can be read again. Throws `DnsFormatError` (RFC 4034 section 3.1). */
export function signaturesOf(records: readonly RawRecord[], now: number): readonly SignatureFacts[] {
  return records.filter(({type}) => type === RRSIG).map(({data}) => readSignature(data.fork(), now))
}

function readSignature(reader: RawRecord['data'], now: number): SignatureFacts {
  const covers = typeName(reader.u16())
  const [algorithm] = [reader.u8(), reader.u8(), reader.u32()]
  const [expires, begins] = [fullTime(reader.u32(), now), fullTime(reader.u32(), now)]
  reader.u16()
  return {
    covers,
    signer: formatName(readName(reader)),
    algorithm,
    valid_from: isoTime(begins),
    valid_to: isoTime(expires),
    days_left: Math.floor((expires - now) / DAY),
  }
}

/** Serial number arithmetic (section 3.1.5): the time that is less than 68 years away. */
function fullTime(value: number, now: number): number {
  const turn = 2 ** 32
  return value + Math.round((now - value) / turn) * turn
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
