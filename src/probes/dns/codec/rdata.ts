/** From RDATA to master file syntax (RFC 1035 section 5.1 and the RFC of each type). */
import {formatName, readName} from './names.ts'
import {DnsFormatError, type Reader} from './reader.ts'
import {formatNsec, formatNsec3, formatNsec3Param, formatRrsig} from './rdata-dnssec.ts'
import {formatServiceBinding} from './rdata-svcb.ts'
import {typeNumber} from './registry.ts'
import {base64, formatAddress, hex, quote, readString} from './text-forms.ts'

type Format = (reader: Reader) => string

const name: Format = (reader) => formatName(readName(reader))
const u8: Format = (reader) => String(reader.u8())
const u16: Format = (reader) => String(reader.u16())
const u32: Format = (reader) => String(reader.u32())
const restHex: Format = (reader) => hex(reader.rest())
const restBase64: Format = (reader) => base64(reader.rest())

/** Fields in order, each as one word. */
function fields(...formats: readonly Format[]): Format {
  return (reader) => formats.map((format) => format(reader)).join(' ')
}

const strings: Format = (reader) => {
  const found: string[] = []
  do found.push(quote(readString(reader)))
  while (reader.left > 0)
  return found.join(' ')
}
const string: Format = (reader) => quote(readString(reader))

/** RFC 8659: flags, tag, and a value up to the end. */
const caa: Format = (reader) => {
  const flags = reader.u8()
  const tag = Buffer.from(readString(reader)).toString('latin1')
  if (!/^[A-Za-z0-9]+$/.test(tag)) throw new DnsFormatError('a CAA record has a wrong tag')
  return `${flags} ${tag} ${quote(reader.rest())}`
}

const FORMATS: Readonly<Record<string, Format>> = {
  A: (reader) => formatAddress(reader.take(4)),
  AAAA: (reader) => formatAddress(reader.take(16)),
  NS: name,
  CNAME: name,
  PTR: name,
  DNAME: name,
  SOA: fields(name, name, u32, u32, u32, u32, u32),
  HINFO: fields(string, string),
  MX: fields(u16, name),
  TXT: strings,
  SPF: strings,
  SRV: fields(u16, u16, u16, name),
  NAPTR: fields(u16, u16, string, string, string, name),
  URI: (reader) => `${reader.u16()} ${reader.u16()} ${quote(reader.rest())}`,
  CAA: caa,
  DS: fields(u16, u8, u8, restHex),
  CDS: fields(u16, u8, u8, restHex),
  DNSKEY: fields(u16, u8, u8, restBase64),
  CDNSKEY: fields(u16, u8, u8, restBase64),
  RRSIG: formatRrsig,
  NSEC: formatNsec,
  NSEC3: formatNsec3,
  NSEC3PARAM: formatNsec3Param,
  SSHFP: fields(u8, u8, restHex),
  TLSA: fields(u8, u8, u8, restHex),
  SMIMEA: fields(u8, u8, u8, restHex),
  OPENPGPKEY: restBase64,
  SVCB: formatServiceBinding,
  HTTPS: formatServiceBinding,
}

const BY_NUMBER: ReadonlyMap<number, Format> = new Map(
  Object.entries(FORMATS).flatMap(([type, format]) => {
    const value = typeNumber(type)
    return value === null ? [] : [[value, format] as const]
  }),
)

/**
 * The text of a record's data; a type that is not known is written as in RFC 3597. Throws `DnsFormatError` when
 * the data doesn't fit its type.
 */
export function formatRdata(type: number, data: Reader): string {
  const reader = data.fork()
  const format = BY_NUMBER.get(type)
  if (!format) return formatUnknown(reader)
  const text = format(reader)
  if (reader.left > 0) throw new DnsFormatError('a record is longer than its type allows')
  return text
}

/** RFC 3597 section 5. */
function formatUnknown(data: Reader): string {
  const bytes = data.rest()
  return bytes.length === 0 ? String.raw`\# 0` : String.raw`\# ${bytes.length} ${hex(bytes)}`
}
