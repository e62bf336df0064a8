/** Names of DNS numbers (IANA, Domain Name System Parameters). Unknown ones are written as in RFC 3597. */

const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  AXFR: 252,
  ANY: 255,
  URI: 256,
  CAA: 257,
}
const CLASSES: Readonly<Record<string, number>> = {IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255}
const RCODES: Readonly<Record<string, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
  BADCOOKIE: 23,
}

const TYPE_NAMES = invert(TYPES)
const CLASS_NAMES = invert(CLASSES)
const RCODE_NAMES = invert(RCODES)

/** Every type that has a name, for help and suggestions. */
export const KNOWN_TYPES: readonly string[] = Object.keys(TYPES).filter((name) => name !== 'OPT')

/** The number of `AAAA` or `TYPE28`, in any case; null for anything else. */
export function typeNumber(name: string): number | null {
  return numberOf(name, TYPES, 'TYPE')
}

export function classNumber(name: string): number | null {
  return numberOf(name, CLASSES, 'CLASS')
}

export function typeName(value: number): string {
  return TYPE_NAMES.get(value) ?? `TYPE${value}`
}

export function className(value: number): string {
  return CLASS_NAMES.get(value) ?? `CLASS${value}`
}

export function rcodeName(value: number): string {
  return RCODE_NAMES.get(value) ?? `RCODE${value}`
}

function numberOf(name: string, table: Readonly<Record<string, number>>, prefix: string): number | null {
  const upper = name.toUpperCase()
  const known = Object.hasOwn(table, upper) ? table[upper] : undefined
  if (known !== undefined) return known
  const digits = upper.startsWith(prefix) ? upper.slice(prefix.length) : ''
  const value = Number(digits)
  return /^\d{1,5}$/.test(digits) && value <= 0xff_ff ? value : null
}

function invert(table: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(table).map(([name, value]) => [value, name]))
}

/** Extended DNS errors (RFC 8914 section 4 and IANA), for messages. */
export const EXTENDED_ERRORS: readonly string[] = [
  'other error',
  'unsupported DNSKEY algorithm',
  'unsupported DS digest type',
  'stale answer',
  'forged answer',
  'DNSSEC indeterminate',
  'DNSSEC bogus',
  'signature expired',
  'signature not yet valid',
  'DNSKEY missing',
  'RRSIGs missing',
  'no zone key bit set',
  'NSEC missing',
  'cached error',
  'not ready',
  'blocked',
  'censored',
  'filtered',
  'prohibited',
  'stale NXDOMAIN answer',
  'not authoritative',
  'not supported',
  'no reachable authority',
  'network error',
  'invalid data',
]
