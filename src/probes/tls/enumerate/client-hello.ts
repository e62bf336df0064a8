/** ClientHellos made by hand, so that what can be asked for does not depend on the TLS library at hand. Pure. */

export interface HelloPlan {
  /** The one version that is offered, by its number on the wire. */
  readonly version: number
  readonly ciphers: readonly number[]
  readonly groups: readonly number[]
  /** Sends public keys for the groups for which it has them; otherwise TLS 1.3 asks for one (RFC 8446 §4.1.4). */
  readonly shares: boolean
  readonly sni: string | null
  readonly alpn: readonly string[]
  /** 32 octets. */
  readonly random: Uint8Array
}

export const VERSION = {ssl3: 0x0300, tls10: 0x0301, tls11: 0x0302, tls12: 0x0303, tls13: 0x0304} as const

const GROUP = {secp256r1: 23, x25519: 29} as const

/** The base points of both groups: valid public keys, to which no secret is needed, since no handshake is ended. */
const SHARES: ReadonlyMap<number, Uint8Array> = new Map([
  [GROUP.x25519, Uint8Array.of(9, ...new Uint8Array(31))],
  [
    GROUP.secp256r1,
    Buffer.from(
      '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
        '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
      'hex',
    ),
  ],
])

/** One record (RFC 8446 §5.1) with one ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2, RFC 6101 §5.6.1.2). */
export function encodeClientHello(plan: HelloPlan): Uint8Array {
  const legacy = Math.min(plan.version, VERSION.tls12)
  const body = Buffer.concat([
    number(legacy, 2),
    plan.random,
    // TLS 1.3 in the disguise that middleboxes let pass has a session id (RFC 8446 §D.4).
    vector(plan.version === VERSION.tls13 ? plan.random : new Uint8Array(), 1),
    vector(numbers(plan.ciphers), 2),
    Uint8Array.of(1, 0),
    plan.version === VERSION.ssl3 ? new Uint8Array() : vector(Buffer.concat(extensions(plan)), 2),
  ])
  const message = Buffer.concat([Uint8Array.of(1), vector(body, 3)])
  // The version of the record is the oldest, for old servers (RFC 5246 §E.1).
  const record = plan.version === VERSION.ssl3 ? VERSION.ssl3 : VERSION.tls10
  return Buffer.concat([Uint8Array.of(22), number(record, 2), vector(message, 2)])
}

function extensions({version, groups, shares, sni, alpn}: HelloPlan): Uint8Array[] {
  const names = alpn.map((name) => vector(Buffer.from(name, 'latin1'), 1))
  const server = sni === null ? null : Buffer.concat([Uint8Array.of(0), vector(Buffer.from(sni), 2)])
  const common = [
    ...(server === null ? [] : [extension(0, vector(server, 2))]),
    ...(groups.length === 0 ? [] : [extension(10, vector(numbers(groups), 2))]),
    extension(11, vector(Uint8Array.of(0), 1)),
    ...(version < VERSION.tls12 ? [] : [extension(13, vector(numbers(SIGNATURES), 2))]),
    ...(names.length === 0 ? [] : [extension(16, vector(Buffer.concat(names), 2))]),
    extension(23, new Uint8Array()),
    extension(0xff01, Uint8Array.of(0)),
  ]
  if (version !== VERSION.tls13) return common
  return [
    ...common,
    extension(43, vector(number(VERSION.tls13, 2), 1)),
    extension(45, vector(Uint8Array.of(1), 1)),
    extension(51, vector(Buffer.concat(shares ? groups.flatMap(keyShare) : []), 2)),
  ]
}

/** For a group without one the server asks for another hello (RFC 8446 §4.1.4), which says what we wanted to know. */
function keyShare(group: number): Uint8Array[] {
  const share = SHARES.get(group)
  return share ? [number(group, 2), vector(share, 2)] : []
}

/** Everything that a certificate may be signed with, so that no server fails for lack of one that fits. */
const SIGNATURES: readonly number[] = [
  ...[0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b],
  // Brainpool, ML-DSA, SM2.
  ...[0x081a, 0x081b, 0x081c, 0x0904, 0x0905, 0x0906, 0x0708],
  // PKCS #1 with SHA-2, then SHA-224, SHA-1 and DSA for old servers.
  ...[0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0302, 0x0402, 0x0502, 0x0602, 0x0203, 0x0201, 0x0202],
]

function extension(type: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([number(type, 2), vector(content, 2)])
}

function numbers(values: readonly number[]): Uint8Array {
  return Buffer.concat(values.map((value) => number(value, 2)))
}

function number(value: number, octets: 1 | 2 | 3): Uint8Array {
  const bytes = Buffer.alloc(octets)
  bytes.writeUIntBE(value, 0, octets)
  return bytes
}

function vector(content: Uint8Array, octets: 1 | 2 | 3): Uint8Array {
  return Buffer.concat([number(content.length, octets), content])
}
