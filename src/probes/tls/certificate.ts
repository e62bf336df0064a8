/** One certificate, read once: the parts by which it is judged and shown (RFC 5280 §4). */
import {X509Certificate} from 'node:crypto'
import type {CertificateFacts} from '../../core/facts.ts'
import {stripControl} from '../../core/text.ts'
import {TAG, derChildren, derNumber, derOid, derTime, latin1, readDer, type DerNode} from './der.ts'
import {canonicalName, nameText} from './distinguished-name.ts'
import {parseGeneralNames, type GeneralNames} from './general-names.ts'

export const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  policies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
} as const

interface Extension {
  readonly critical: boolean
  readonly value: Uint8Array
}

export interface Certificate {
  readonly der: Uint8Array
  readonly x509: X509Certificate
  readonly key: KeyParameters
  /** Lower-case hex without separators. */
  readonly sha256: string
  /** Distinguished names, DER. */
  readonly subject: Uint8Array
  readonly issuer: Uint8Array
  /** The same in the form in which names are compared. */
  readonly subjectName: string
  readonly issuerName: string
  /** The serial number's octets as in the certificate. */
  readonly serial: Uint8Array
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  /** The subjectAltName extension; a common name is never a name (RFC 9525 §2). */
  readonly names: GeneralNames
  readonly signatureAlgorithm: string
  /** The content of the subjectPublicKey bit string. */
  readonly publicKey: Uint8Array
  readonly extensions: ReadonlyMap<string, Extension>
  /** From basicConstraints; a certificate without extensions (version 1) says nothing. */
  readonly ca: boolean | null
  readonly pathLength: number | null
}

/** Enough for the chains of a hundred targets: a series of samples sees the same certificates again and again. */
const MOST_KEPT = 256
const kept = new Map<string, Certificate | null>()

/** Null when the bytes are no certificate. Never throws. The same bytes soon after give the same object. */
export function parseCertificateDer(der: Uint8Array): Certificate | null {
  const key = latin1(der)
  const known = kept.get(key)
  if (known !== undefined) return known
  const certificate = parse(der)
  kept.set(key, certificate)
  const [oldest] = kept.keys()
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
  return certificate
}

function parse(der: Uint8Array): Certificate | null {
  try {
    // A copy: the bytes may be a view into a much larger buffer.
    const own = Uint8Array.from(der)
    return build(own, new X509Certificate(own))
  } catch {
    // OpenSSL refused the structure.
    return null
  }
}

function build(der: Uint8Array, x509: X509Certificate): Certificate | null {
  const [tbs, algorithm] = derChildren(readDer(der))
  const fields = derChildren(tbs)
  // The version is [0] and may be left out.
  const [serial, , issuer, validity, subject, key] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields
  if (!serial || !issuer || !subject) return null
  const [notBefore = null, notAfter = null] = derChildren(validity).map(derTime)
  if (notBefore === null || notAfter === null) return null
  const extensions = parseExtensions(fields.find((field) => field.tag === 0xa3))
  const [ca, pathLength] = basicConstraints(extensions)
  return {
    der,
    x509,
    key: keyParameters(x509),
    sha256: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    subject: subject.raw,
    issuer: issuer.raw,
    subjectName: canonicalName(subject.raw),
    issuerName: canonicalName(issuer.raw),
    serial: serial.body,
    notBefore,
    notAfter,
    names: parseGeneralNames(extensions.get(OID.subjectAltName)?.value),
    signatureAlgorithm: derOid(derChildren(algorithm)[0]),
    publicKey: bitString(derChildren(key)[1]),
    extensions,
    ca,
    pathLength,
  }
}

/** The octets of a bit string of whole octets. */
function bitString(node: DerNode | undefined): Uint8Array {
  return node?.body.subarray(1) ?? new Uint8Array()
}

function parseExtensions(wrapper: DerNode | undefined): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>()
  for (const node of derChildren(derChildren(wrapper)[0])) {
    const [id, second, third] = derChildren(node)
    const value = second?.tag === TAG.boolean ? third : second
    const critical = second?.tag === TAG.boolean && second.body[0] !== 0
    if (value?.tag === TAG.octetString) extensions.set(derOid(id), {critical, value: value.body})
  }
  return extensions
}

function basicConstraints(
  extensions: ReadonlyMap<string, Extension>,
): readonly [boolean | null, number | null] {
  const extension = extensions.get(OID.basicConstraints)
  if (!extension) return [extensions.size === 0 ? null : false, null]
  const [first, second] = derChildren(readDer(extension.value))
  const ca = first?.tag === TAG.boolean && first.body[0] !== 0
  return [ca, ca ? derNumber(second) : null]
}

/** What is shown of a certificate; its texts come from the network and are cleaned. */
export function certificateFacts(certificate: Certificate): CertificateFacts {
  return {
    subject: stripControl(nameText(certificate.subject)),
    issuer: stripControl(nameText(certificate.issuer)),
    names: namesOf(certificate),
    serial: certificate.x509.serialNumber.toLowerCase(),
    valid_from: new Date(certificate.notBefore).toISOString(),
    valid_to: new Date(certificate.notAfter).toISOString(),
    sha256: certificate.sha256,
    key: keyText(certificate),
  }
}

const STATUS_REQUEST = 5

/** Clients that know the extension refuse the certificate without a stapled OCSP response (RFC 7633 §4.2.3). */
export function mustStaple({extensions}: Certificate): boolean {
  const extension = extensions.get(OID.tlsFeature)
  return derChildren(extension && readDer(extension.value)).some((node) => derNumber(node) === STATUS_REQUEST)
}

/** DNS names and IP addresses, in the order of the certificate's kinds. */
export function namesOf(certificate: Certificate): readonly string[] {
  return [...certificate.names.dns, ...certificate.names.ips].map((name) => stripControl(name))
}

/** Such as `RSA 2048`, `EC prime256v1` or `ED25519`. */
export function keyText({key}: Certificate): string {
  const {type, bits, curve} = key
  return [type, bits ?? curve].filter((part) => part !== undefined).join(' ')
}

interface KeyParameters {
  /** `RSA`, `EC`, `ED25519`, `DSA`…; `unknown` when OpenSSL can't read the key. */
  readonly type: string
  readonly bits?: number
  readonly curve?: string
}

function keyParameters(x509: X509Certificate): KeyParameters {
  try {
    const {asymmetricKeyType = 'unknown', asymmetricKeyDetails} = x509.publicKey
    const bits = asymmetricKeyDetails?.modulusLength
    const curve = asymmetricKeyDetails?.namedCurve
    return {
      type: asymmetricKeyType === 'unknown' ? 'unknown' : asymmetricKeyType.toUpperCase(),
      ...(bits === undefined ? {} : {bits}),
      ...(curve === undefined ? {} : {curve}),
    }
  } catch {
    return {type: 'unknown'}
  }
}
