/** IANA's numbers of the types that one may want to name; others are written as TYPE123 (RFC 3597 §5). */
const TYPES: Readonly<Record<string, number>> = {
  ...{A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33},
  ...{NAPTR: 35, DS: 43, DNSKEY: 48, TLSA: 52, SVCB: 64, HTTPS: 65, CAA: 257, ANY: 255},
}

/** The number of a type by its name; null for none. */
export function typeNumber(name: string): number | null {
  const known = TYPES[name.toUpperCase()]
  if (known !== undefined) return known
  const number = /^TYPE(\d{1,5})$/i.exec(name)?.[1]
  return number !== undefined && Number(number) <= 65_535 ? Number(number) : null
}
