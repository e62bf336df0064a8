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
}

/** An authority that lives as long as the process: its key is never written anywhere. */
export interface Authority {
  readonly certificate: string
  issue(request: LeafRequest): Certificate
}

export interface LeafRequest {
  /** Host names and literal addresses; the first one is the subject's common name too. */
  readonly names: readonly string[]
  readonly from: Date
  readonly to: Date
}

const ECDSA_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'))

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
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const subject = distinguishedName(name)
  const id = keyIdentifier(publicKey)
  const certificate = signed(
    {
      subject,
      issuer: subject,
      publicKey,
      from,
      to,
      extensions: [
        extension('2.5.29.19', true, sequence(boolean(true))),
        // keyCertSign and cRLSign: bits 5 and 6.
        extension('2.5.29.15', true, bitString(Buffer.of(0b0000_0110), 1)),
        extension('2.5.29.14', false, octetString(id)),
      ],
    },
    privateKey,
  )
  return {
    certificate,
    issue: (request) => issueLeaf(request, {subject, id, privateKey}),
  }
}

interface Issuer {
  readonly subject: Buffer
  readonly id: Buffer
  readonly privateKey: KeyObject
}

function issueLeaf(request: LeafRequest, issuer: Issuer): Certificate {
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const certificate = signed(
    {
      subject: distinguishedName(request.names[0] ?? 'netdrill lab'),
      issuer: issuer.subject,
      publicKey,
      from: request.from,
      to: request.to,
      extensions: [
        extension('2.5.29.19', true, sequence()),
        // digitalSignature: bit 0.
        extension('2.5.29.15', true, bitString(Buffer.of(0b1000_0000), 7)),
        // serverAuth
        extension('2.5.29.37', false, sequence(objectId('1.3.6.1.5.5.7.3.1'))),
        extension('2.5.29.17', false, sequence(...request.names.map(generalName))),
        extension('2.5.29.14', false, octetString(keyIdentifier(publicKey))),
        extension('2.5.29.35', false, sequence(implicit(0, issuer.id))),
      ],
    },
    issuer.privateKey,
  )
  return {certificate, key: privateKey.export({type: 'pkcs8', format: 'pem'}).toString()}
}

/** RFC 5280 §4.1: the body, signed, as PEM. */
function signed(body: Body, key: KeyObject): string {
  const version3 = explicit(0, integer(Buffer.of(2)))
  const serial = randomBytes(16)
  // RFC 5280 §4.1.2.2: positive and not zero.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const toBeSigned = sequence(
    version3,
    integer(serial),
    ECDSA_SHA256,
    body.issuer,
    sequence(time(body.from), time(body.to)),
    body.subject,
    body.publicKey.export({type: 'spki', format: 'der'}),
    explicit(3, sequence(...body.extensions)),
  )
  return pem(sequence(toBeSigned, ECDSA_SHA256, bitString(sign('sha256', toBeSigned, key))))
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
