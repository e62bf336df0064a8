import {type KeyObject, createHash, sign} from 'node:crypto'
import type {Issuer} from './certificate.ts'
import {
  bitString,
  enumerated,
  explicit,
  generalizedTime,
  integer,
  objectId,
  octetString,
  sequence,
} from './der.ts'

const HOUR = 3_600_000

/** The answer of an OCSP responder (RFC 6960 §4.2.1), signed by the issuer: this certificate was revoked an hour ago. */
export function revokedResponse(issuer: Issuer, serial: Buffer, now: Date): Buffer {
  const before = new Date(now.getTime() - HOUR)
  const keyHash = createHash('sha1').update(publicPoint(issuer.publicKey)).digest()
  const about = sequence(
    // sha1
    sequence(objectId('1.3.14.3.2.26')),
    octetString(createHash('sha1').update(issuer.subject).digest()),
    octetString(keyHash),
    integer(serial),
  )
  const single = sequence(
    about,
    explicit(1, generalizedTime(before)),
    generalizedTime(before),
    explicit(0, generalizedTime(new Date(now.getTime() + 24 * HOUR))),
  )
  const data = sequence(explicit(2, octetString(keyHash)), generalizedTime(now), sequence(single))
  const basic = sequence(
    data,
    // ecdsa-with-SHA256
    sequence(objectId('1.2.840.10045.4.3.2')),
    bitString(sign('sha256', data, issuer.privateKey)),
  )
  return sequence(enumerated(0), explicit(0, sequence(objectId('1.3.6.1.5.5.7.48.1.1'), octetString(basic))))
}

/** The public key bits of P-256: the uncompressed point (RFC 5480 §2.2). */
function publicPoint(key: KeyObject): Buffer {
  const {x = '', y = ''} = key.export({format: 'jwk'})
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
}
