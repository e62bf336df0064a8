/** What is asked for: which suites and groups fit which version. */
import {TLS_STRENGTHS} from '../../../core/facts.ts'
import {CIPHER_SUITES} from '../cipher-suites.ts'
import {VERSION} from './client-hello.ts'
import {judgeCipher} from './strength.ts'

/** Newest first. */
export const VERSIONS: readonly number[] = [
  VERSION.tls13,
  VERSION.tls12,
  VERSION.tls11,
  VERSION.tls10,
  VERSION.ssl3,
]

/** The best first, as a careful client would offer them. */
function ordered(): readonly {readonly number: number; readonly name: string}[] {
  return Object.entries(CIPHER_SUITES)
    .map(([number, name]) => ({number: Number(number), name, strength: judgeCipher(name, null).strength}))
    .toSorted((a, b) => TLS_STRENGTHS.indexOf(a.strength) - TLS_STRENGTHS.indexOf(b.strength))
}

/** TLS 1.3 has suites of its own; AEAD and SHA-2 came with TLS 1.2, elliptic curves with TLS 1.0. */
export function ciphersOf(version: number): readonly number[] {
  const fits = (name: string): boolean => {
    const isTls13 = !name.includes('_WITH_')
    if (version === VERSION.tls13 || isTls13) return version === VERSION.tls13 && isTls13
    if (version === VERSION.tls12) return true
    if (!/_(?:SHA|MD5)$/.test(name)) return false
    return version !== VERSION.ssl3 || !name.startsWith('TLS_ECDH')
  }
  return ordered()
    .filter(({name}) => fits(name))
    .map(({number}) => number)
}

/** What nearly every server since 2010 has one of: for servers that don't stand long lists. */
const COMMON: ReadonlySet<number> = new Set([
  ...[0x1301, 0x1302, 0x1303],
  ...[0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9, 0x009e, 0x009f, 0x009c, 0x009d],
  ...[0xc009, 0xc00a, 0xc013, 0xc014, 0x0033, 0x0039, 0x002f, 0x0035, 0x000a, 0x0016, 0x0005, 0x0004],
])

export function commonCiphersOf(version: number): readonly number[] {
  return ciphersOf(version).filter((number) => COMMON.has(number))
}

/** Hybrids with ML-KEM first, then curves, finite fields (RFC 7919), ML-KEM alone and the draft that came before. */
const TLS13_GROUPS: readonly number[] = [
  ...[4588, 4587, 4589, 29, 23, 24, 25, 30],
  ...[31, 32, 33, 41, 256, 257, 258, 259, 260, 512, 513, 514, 25_497],
]

/**
 * The curves that certificates have come last: a server with such a certificate demands that its curve is offered, and a
 * server that goes by our order names the others first.
 */
const OLDER_GROUPS: readonly number[] = [
  ...[29, 30, 26, 27, 28, 22, 21, 20, 19, 18, 17, 16, 15],
  ...[14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 25, 24, 23],
]

export function groupsOf(version: number): readonly number[] {
  if (version === VERSION.ssl3) return []
  return version === VERSION.tls13 ? TLS13_GROUPS : OLDER_GROUPS
}
