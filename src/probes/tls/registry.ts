/** Names of the numbers on the wire, by IANA's TLS parameters registry. */
import {CIPHER_SUITES} from './cipher-suites.ts'

const GROUPS: Readonly<Record<number, string>> = {
  1: 'sect163k1',
  2: 'sect163r1',
  3: 'sect163r2',
  4: 'sect193r1',
  5: 'sect193r2',
  6: 'sect233k1',
  7: 'sect233r1',
  8: 'sect239k1',
  9: 'sect283k1',
  10: 'sect283r1',
  11: 'sect409k1',
  12: 'sect409r1',
  13: 'sect571k1',
  14: 'sect571r1',
  15: 'secp160k1',
  16: 'secp160r1',
  17: 'secp160r2',
  18: 'secp192k1',
  19: 'secp192r1',
  20: 'secp224k1',
  21: 'secp224r1',
  22: 'secp256k1',
  23: 'secp256r1',
  24: 'secp384r1',
  25: 'secp521r1',
  26: 'brainpoolP256r1',
  27: 'brainpoolP384r1',
  28: 'brainpoolP512r1',
  29: 'x25519',
  30: 'x448',
  31: 'brainpoolP256r1tls13',
  32: 'brainpoolP384r1tls13',
  33: 'brainpoolP512r1tls13',
  41: 'curveSM2',
  256: 'ffdhe2048',
  257: 'ffdhe3072',
  258: 'ffdhe4096',
  259: 'ffdhe6144',
  260: 'ffdhe8192',
  512: 'MLKEM512',
  513: 'MLKEM768',
  514: 'MLKEM1024',
  4587: 'SecP256r1MLKEM768',
  4588: 'X25519MLKEM768',
  4589: 'SecP384r1MLKEM1024',
  25_497: 'X25519Kyber768Draft00',
}

const VERSIONS: Readonly<Record<number, string>> = {
  0x0300: 'SSLv3',
  0x0301: 'TLSv1',
  0x0302: 'TLSv1.1',
  0x0303: 'TLSv1.2',
  0x0304: 'TLSv1.3',
}

/** Such as `x25519` or `X25519MLKEM768`; an unknown number as `0x1234`. */
export function groupName(number: number): string {
  return GROUPS[number] ?? hex(number)
}

/** The number of a group's name; null for an unknown one, such as that of a group of the server's own. */
export function groupNumber(name: string): number | null {
  const found = Object.keys(GROUPS).find((number) => GROUPS[Number(number)] === name)
  return found === undefined ? null : Number(found)
}

export function isKnownGroup(number: number): boolean {
  return Object.hasOwn(GROUPS, number)
}

export function cipherName(number: number): string {
  return CIPHER_SUITES[number] ?? hex(number)
}

/** By OpenSSL's names, such as `TLSv1.2`. */
export function versionName(number: number): string {
  return VERSIONS[number] ?? hex(number)
}

function hex(number: number): string {
  return `0x${number.toString(16).padStart(4, '0')}`
}

/** The number on the wire of a version's name; 0 for an unknown name. */
export function versionNumber(name: string): number {
  return Number(Object.keys(VERSIONS).find((number) => VERSIONS[Number(number)] === name) ?? 0)
}
