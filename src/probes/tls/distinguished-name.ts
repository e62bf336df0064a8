import {derChildren, derOid, latin1, readDer, type DerNode} from './der.ts'

const ATTRIBUTES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.25': 'DC',
  '0.9.2342.19200300.100.1.1': 'UID',
  '1.2.840.113549.1.9.1': 'emailAddress',
}

/** The text of a distinguished name in the order of the certificate, such as `C=DE, O=Example, CN=web`. */
export function nameText(der: Uint8Array): string {
  return attributes(der)
    .map(([type, value]) => `${ATTRIBUTES[type] ?? type}=${value}`)
    .join(', ')
}

/** The common name, for messages; the whole text when there is none. */
export function shortName(der: Uint8Array): string {
  const common = attributes(der).find(([type]) => type === '2.5.4.3')
  return common?.[1] ?? (nameText(der) || '(empty name)')
}

/**
 * A form in which names compare equal although their strings are of another type, case or spacing (RFC 5280 §7.1,
 * without full Unicode preparation). Real issuers re-encode names between a root and its children.
 */
export function canonicalName(der: Uint8Array): string {
  return JSON.stringify(
    attributes(der).map(([type, value]) => [type, value.trim().replace(/\s+/g, ' ').toLowerCase()]),
  )
}

function attributes(der: Uint8Array): readonly (readonly [string, string])[] {
  const found: [string, string][] = []
  for (const set of derChildren(readDer(der))) {
    for (const pair of derChildren(set)) {
      const [type, value] = derChildren(pair)
      if (type && value) found.push([derOid(type), stringValue(value)])
    }
  }
  return found
}

/** The relative names one by one, each in its comparable form, for the subtrees of name constraints. */
export function nameParts(der: Uint8Array): readonly string[] {
  return derChildren(readDer(der)).map((set) =>
    JSON.stringify(
      derChildren(set).map((pair) => {
        const [type, value] = derChildren(pair)
        return [derOid(type), value ? stringValue(value).trim().replace(/\s+/g, ' ').toLowerCase() : '']
      }),
    ),
  )
}

function stringValue(node: DerNode): string {
  const {tag, body} = node
  if (tag === 0x0c) return Buffer.from(body).toString('utf8')
  if (tag === 0x1e)
    return Buffer.from(body.subarray(0, body.length & ~1))
      .swap16()
      .toString('utf16le')
  return latin1(body)
}
