import {describe, expect, test} from 'vitest'
import {CIPHER_SUITES} from '../../../../../src/probes/tls/cipher-suites.ts'
import {ciphersOf, groupsOf, VERSIONS} from '../../../../../src/probes/tls/enumerate/offered.ts'
import {
  cipherBits,
  isPostQuantum,
  judgeCipher,
  judgeGroup,
  judgeVersion,
  worstOf,
} from '../../../../../src/probes/tls/enumerate/strength.ts'
import {groupName, isKnownGroup} from '../../../../../src/probes/tls/registry.ts'

describe('cipher suites', () => {
  test.each([
    ['TLS_AES_128_GCM_SHA256', 'strong', 128],
    ['TLS_AES_128_CCM_8_SHA256', 'acceptable', 128],
    ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'strong', 256],
    ['TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8', 'acceptable', 256],
    ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256', 'acceptable', 128],
    ['TLS_DHE_RSA_WITH_AES_256_GCM_SHA384', 'acceptable', 256],
    ['TLS_RSA_WITH_AES_256_GCM_SHA384', 'weak', 256],
    ['TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256', 'weak', 128],
    ['TLS_DHE_DSS_WITH_AES_128_GCM_SHA256', 'weak', 128],
    ['TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA', 'weak', 168],
    ['TLS_RSA_WITH_IDEA_CBC_SHA', 'weak', 128],
    ['TLS_RSA_WITH_RC4_128_MD5', 'broken', 128],
    ['TLS_RSA_WITH_DES_CBC_SHA', 'broken', 56],
    ['TLS_RSA_EXPORT_WITH_DES40_CBC_SHA', 'broken', 40],
    ['TLS_RSA_EXPORT_WITH_RC4_40_MD5', 'broken', 40],
    ['TLS_ECDH_anon_WITH_AES_256_CBC_SHA', 'broken', 256],
    ['TLS_ECDHE_RSA_WITH_NULL_SHA', 'broken', 0],
  ])('%s is %s, %i bits', (name, strength, bits) => {
    expect(Object.values(CIPHER_SUITES)).toContain(name)
    expect(judgeCipher(name, null).strength).toBe(strength)
    expect(judgeCipher(name, null).reason === null).toBe(strength === 'strong')
    expect(cipherBits(name)).toBe(bits)
  })

  test.each([
    ['dhe512', 'broken'],
    ['dhe1024', 'weak'],
    ['dhe2048', 'acceptable'],
    ['secp192r1', 'weak'],
    [null, 'acceptable'],
  ])('a finite-field exchange with %s makes it %s', (group, strength) => {
    expect(judgeCipher('TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', group).strength).toBe(strength)
  })

  test('a good group does not mend a bad suite', () => {
    expect(judgeCipher('TLS_ECDHE_RSA_WITH_RC4_128_SHA', 'x25519').strength).toBe('broken')
  })

  test('the reason of every suite fits beside its name in 80 columns', () => {
    const all = Object.values(CIPHER_SUITES).map((name) => ({name, reason: judgeCipher(name, null).reason}))
    expect(all.filter(({name, reason}) => 18 + name.length + (reason ?? '').length > 80)).toEqual([])
  })
})

test.each([
  ['SSLv3', 'broken'],
  ['TLSv1', 'weak'],
  ['TLSv1.1', 'weak'],
  ['TLSv1.2', 'strong'],
  ['TLSv1.3', 'strong'],
])('version %s is %s', (name, strength) => {
  expect(judgeVersion(name).strength).toBe(strength)
})

test.each([
  ['x25519', 'strong', false],
  ['X25519MLKEM768', 'strong', true],
  ['SecP256r1MLKEM768', 'strong', true],
  ['X25519Kyber768Draft00', 'acceptable', true],
  ['ffdhe2048', 'acceptable', false],
  ['ffdhe3072', 'strong', false],
  ['secp160r1', 'weak', false],
  ['secp192r1', 'weak', false],
  ['sect163k1', 'weak', false],
  ['sect571r1', 'acceptable', false],
  ['secp224r1', 'acceptable', false],
])('group %s is %s (post-quantum: %s)', (name, strength, quantum) => {
  expect(judgeGroup(name).strength).toBe(strength)
  expect(isPostQuantum(name)).toBe(quantum)
})

test('the worst of several', () => {
  expect(worstOf([])).toBeNull()
  expect(worstOf(['strong', 'weak', 'acceptable'])).toBe('weak')
})

describe('what is asked for', () => {
  test('every suite belongs to some version, and none to both TLS 1.3 and an older one', () => {
    const asked = new Set(VERSIONS.flatMap(ciphersOf))
    expect(asked).toEqual(new Set(Object.keys(CIPHER_SUITES).map(Number)))
    const [tls13 = 0, tls12 = 0] = VERSIONS
    expect(ciphersOf(tls13).filter((number) => ciphersOf(tls12).includes(number))).toEqual([])
  })

  test('each version leaves out what came later', () => {
    const names = (version: number): readonly string[] =>
      ciphersOf(version).map((number) => CIPHER_SUITES[number] ?? '')
    expect(names(0x0301).filter((name) => /GCM|SHA256|SHA384|CCM|POLY/.test(name))).toEqual([])
    expect(names(0x0300).filter((name) => name.includes('ECDH'))).toEqual([])
  })

  test('only groups that have a name', () => {
    const groups = VERSIONS.flatMap(groupsOf)
    expect(groups.filter((group) => !isKnownGroup(group))).toEqual([])
    expect(groups.map(groupName)).toContain('X25519MLKEM768')
  })
})
