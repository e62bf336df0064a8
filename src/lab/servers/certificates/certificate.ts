import {createHash, generateKeyPairSync, type KeyObject, randomBytes, sign} from 'node:crypto'
import {isIP} from 'node:net'
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts'
import {addressBytes} from './address-bytes.ts'

/** A certificate with its private key, both PEM. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
  readonly serial: Buffer
}

/** Who issues: its subject, the identifier of its key, and the key, which is never written anywhere. */
export interface Issuer {
  readonly subject: Buffer
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** An authority that lives as long as the process. */
export interface Authority {
  readonly certificate: string
  readonly issuer: Issuer
  issue(request: LeafRequest): Certificate
  /** Another authority below this one. */
  delegate(name: string, from: Date, to: Date): Authority
}

export interface LeafRequest {
  /** Host names and literal addresses; the first one is the subject's common name too. */
  readonly names: readonly string[]
  readonly from: Date
  readonly to: Date
  /** What it may be used for; servers if not given. */
  readonly usage?: 'server' | 'client'
  /** RSA with 1024 bits is weak on purpose; P-256 if not given. */
  readonly key?: 'rsa1024'
  /** SHA-1 is weak on purpose; SHA-256 if not given. */
  readonly digest?: 'sha1'
}

type Digest = 'sha1' | 'sha256'
/** RFC 5758 §3.2 and RFC 3279 §2.2.3. */
const ECDSA: Readonly<Record<Digest, string>> = {sha256: '1.2.840.10045.4.3.2', sha1: '1.2.840.10045.4.1'}

interface Body {
  readonly subject: Buffer
  readonly issuer: Buffer
  readonly publicKey: KeyObject
  readonly from: Date
  readonly to: Date
  readonly extensions: readonly Buffer[]
}

/** Makes a self-signed authority (P-256, RFC 5280 profile) valid for the given time. */
export function makeAuthority(name: string, from: Date, to: Date): Authority {
  return authority(name, {from, to}, null)
}

function authority(
  name: string,
  {from, to}: {readonly from: Date; readonly to: Date},
  above: Issuer | null,
): Authority {
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const subject = distinguishedName(name)
  const own = {subject, publicKey, privateKey}
  const {certificate} = signed(
    {
      subject,
      issuer: (above ?? own).subject,
      publicKey,
      from,
      to,
      extensions: [
        extension('2.5.29.19', true, sequence(boolean(true))),
        // keyCertSign and cRLSign: bits 5 and 6.
        extension('2.5.29.15', true, bitString(Buffer.of(0b0000_0110), 1)),
        extension('2.5.29.14', false, octetString(keyIdentifier(publicKey))),
        ...(above ? [authorityKey(above)] : []),
      ],
    },
    (above ?? own).privateKey,
  )
  return {
    certificate,
    issuer: own,
    issue: (request) => issueLeaf(request, own),
    delegate: (below, since, until) => authority(below, {from: since, to: until}, own),
  }
}

/** A leaf that nobody vouches for but its own key. */
export function issueToItself(request: LeafRequest): Certificate {
  return issueLeaf(request, null)
}

function issueLeaf(request: LeafRequest, issuer: Issuer | null): Certificate {
  const {names, from, to, usage = 'server', key, digest = 'sha256'} = request
  const {publicKey, privateKey} =
    key === 'rsa1024'
      ? generateKeyPairSync('rsa', {modulusLength: 1024})
      : generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const subject = distinguishedName(names[0] ?? 'netdrill lab')
  const leaf = signed(
    {
      subject,
      issuer: issuer?.subject ?? subject,
      publicKey,
      from,
      to,
      extensions: [
        extension('2.5.29.19', true, sequence()),
        // digitalSignature: bit 0.
        extension('2.5.29.15', true, bitString(Buffer.of(0b1000_0000), 7)),
        // serverAuth or clientAuth
        extension('2.5.29.37', false, sequence(objectId(`1.3.6.1.5.5.7.3.${usage === 'server' ? 1 : 2}`))),
        extension('2.5.29.17', false, sequence(...names.map(generalName))),
        extension('2.5.29.14', false, octetString(keyIdentifier(publicKey))),
        ...(issuer ? [authorityKey(issuer)] : []),
      ],
    },
    issuer?.privateKey ?? privateKey,
    digest,
  )
  return {...leaf, key: privateKey.export({type: 'pkcs8', format: 'pem'}).toString()}
}

function authorityKey({publicKey}: Issuer): Buffer {
  return extension('2.5.29.35', false, sequence(implicit(0, keyIdentifier(publicKey))))
}

/** RFC 5280 §4.1: the body, signed, as PEM. */
function signed(
  body: Body,
  key: KeyObject,
  digest: Digest = 'sha256',
): {readonly certificate: string; readonly serial: Buffer} {
  const version3 = explicit(0, integer(Buffer.of(2)))
  const algorithm = sequence(objectId(ECDSA[digest]))
  const serial = randomBytes(16)
  // RFC 5280 §4.1.2.2: positive and not zero.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const toBeSigned = sequence(
    version3,
    integer(serial),
    algorithm,
    body.issuer,
    sequence(time(body.from), time(body.to)),
    body.subject,
    body.publicKey.export({type: 'spki', format: 'der'}),
    explicit(3, sequence(...body.extensions)),
  )
  const certificate = pem(sequence(toBeSigned, algorithm, bitString(sign(digest, toBeSigned, key))))
  return {certificate, serial}
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  // DER leaves out a value that is the default: `critical` is false when absent.
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octetString(value))
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(objectId('2.5.4.3'), utf8String(commonName))))
}

/** RFC 5280 §4.2.1.6: `dNSName` is [2], `iPAddress` is [7]. */
function generalName(name: string): Buffer {
  return isIP(name) === 0 ? implicit(2, Buffer.from(name, 'ascii')) : implicit(7, addressBytes(name))
}

/** RFC 5280 §4.2.1.2, method 1: SHA-1 of the public key bits, here over the whole key information. An identifier, not a defence. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({type: 'spki', format: 'der'}))
    .digest()
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
