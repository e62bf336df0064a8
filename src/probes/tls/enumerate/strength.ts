/** What is to be thought of versions, cipher suites and groups. Pure; the classes are described in docs/tls.md. */
import {TLS_STRENGTHS, type TlsStrength} from '../../../core/facts.ts'

export interface Judgement {
  readonly strength: TlsStrength
  /** A few words; null when it is strong. */
  readonly reason: string | null
}

const STRONG: Judgement = {strength: 'strong', reason: null}

/** RFC 7568 forbids SSL 3.0, RFC 8996 TLS 1.0 and 1.1. */
const VERSIONS: Readonly<Record<string, Judgement>> = {
  SSLv3: {strength: 'broken', reason: 'POODLE'},
  TLSv1: {strength: 'weak', reason: 'obsolete'},
  'TLSv1.1': {strength: 'weak', reason: 'obsolete'},
}

export function judgeVersion(name: string): Judgement {
  return VERSIONS[name] ?? STRONG
}

type Rule = readonly [pattern: RegExp, strength: TlsStrength, reason: string]

/** By name, the worst first: the first that fits speaks. */
const CIPHER_RULES: readonly Rule[] = [
  [/_WITH_NULL/, 'broken', 'no encryption'],
  [/_anon_/, 'broken', 'no authentication'],
  [/_EXPORT_/, 'broken', 'export, 40 bits'],
  [/_RC4_/, 'broken', 'RC4'],
  [/_RC2_/, 'broken', 'RC2'],
  [/_DES_CBC_/, 'broken', 'DES, 56 bits'],
  [/_3DES_/, 'weak', '64-bit blocks'],
  [/_IDEA_/, 'weak', '64-bit blocks'],
  [/_MD5$/, 'weak', 'MD5'],
  [/^TLS_(?:RSA|ECDH|DH)_/, 'weak', 'no forward secrecy'],
  [/_DSS_/, 'weak', 'DSA'],
  [/_CBC_/, 'acceptable', 'CBC'],
  [/_CCM_8(?:_|$)/, 'acceptable', 'short tag'],
  [/^TLS_DHE_/, 'acceptable', 'finite-field DH'],
]

/** `group` is what it was used with: a small group of the server's own lowers it. */
export function judgeCipher(name: string, group: string | null): Judgement {
  const rule = CIPHER_RULES.find(([pattern]) => pattern.test(name))
  const own = rule ? {strength: rule[1], reason: rule[2]} : STRONG
  const exchange = group === null ? STRONG : judgeExchange(group)
  return rank(exchange.strength) > rank(own.strength) ? exchange : own
}

/** RFC 9325 §4.2 asks for 2048 bits; 1024 are within reach of states, 512 of everybody (Logjam). */
function judgeExchange(group: string): Judgement {
  const bits = /^dhe(\d+)$/.exec(group)?.[1]
  if (bits === undefined) return judgeGroup(group)
  if (Number(bits) < 1024) return {strength: 'broken', reason: `DH of ${bits} bits`}
  return Number(bits) < 2048 ? {strength: 'weak', reason: `DH of ${bits} bits`} : STRONG
}

const GROUP_RULES: readonly Rule[] = [
  [/^sec[pt](?:160|163|192|193)/, 'weak', 'below 112 bits'],
  [/^sect/, 'acceptable', 'binary curve'],
  [/^secp224/, 'acceptable', '112 bits'],
  [/^ffdhe2048$/, 'acceptable', '112 bits'],
  [/Draft/, 'acceptable', 'a draft, superseded'],
]

export function judgeGroup(name: string): Judgement {
  const rule = GROUP_RULES.find(([pattern]) => pattern.test(name))
  return rule ? {strength: rule[1], reason: rule[2]} : STRONG
}

export function isPostQuantum(group: string): boolean {
  return /MLKEM|Kyber/.test(group)
}

/** The length of the cipher's key. */
export function cipherBits(name: string): number {
  if (/_WITH_NULL/.test(name)) return 0
  if (/_EXPORT_/.test(name)) return 40
  if (/CHACHA20/.test(name)) return 256
  if (/_3DES_/.test(name)) return 168
  if (/_DES_CBC_/.test(name)) return 56
  return Number(/_(128|256)(?:_|$)/.exec(name)?.[1] ?? 128)
}

export function worstOf(strengths: readonly TlsStrength[]): TlsStrength | null {
  const worst = Math.max(-1, ...strengths.map(rank))
  return TLS_STRENGTHS[worst] ?? null
}

function rank(strength: TlsStrength): number {
  return TLS_STRENGTHS.indexOf(strength)
}
