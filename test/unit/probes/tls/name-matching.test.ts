import {describe, expect, test} from 'vitest'
import {ipOctets, ipText} from '../../../../src/probes/tls/general-names.ts'
import {matchesDns, matchesName, referenceName, serverName} from '../../../../src/probes/tls/name-matching.ts'

describe('a name against an entry of the certificate (RFC 9525)', () => {
  test.each([
    ['example.test', 'example.test', true],
    ['EXAMPLE.test', 'example.TEST', true],
    ['www.example.test', 'example.test', false],
    ['example.test', 'www.example.test', false],
    ['www.example.test', '*.example.test', true],
    ['a.b.example.test', '*.example.test', false],
    ['example.test', '*.example.test', false],
    // Wildcards anywhere but as the whole leftmost label are no wildcards.
    ['foo.example.test', 'f*.example.test', false],
    ['foo.example.test', '*o.example.test', false],
    ['foo.bar.example.test', 'foo.*.example.test', false],
    ['foo.example.test', '*.*.test', false],
    ['example.test', '*.test', false],
    ['localhost', '*', false],
    ['example.test', '*', false],
    // Tricks.
    ['example.test', 'example.test\u0000.evil.test', false],
    ['example.test', 'example.test.', false],
    ['example.test', '', false],
    ['', '', false],
    ['-bad.example.test', '*.example.test', false],
    ['_service.example.test', '*.example.test', true],
  ])('%s and %s: %s', (reference, presented, expected) => {
    expect(matchesDns(reference, presented)).toBe(expected)
  })

  test('an address never matches a name, nor a name an address', () => {
    const names = {dns: ['127.0.0.1', '*.0.0.1'], ips: ['10.0.0.1'], emails: [], uris: []}
    expect(matchesName(referenceName('127.0.0.1'), names)).toBe(false)
    expect(matchesName(referenceName('10.0.0.1'), names)).toBe(true)
    expect(matchesName({type: 'dns', name: '10.0.0.1'}, names)).toBe(false)
  })
})

describe('what is asked for', () => {
  test.each([
    ['Example.TEST.', {type: 'dns', name: 'example.test'}, 'example.test'],
    ['bücher.example', {type: 'dns', name: 'xn--bcher-kva.example'}, 'xn--bcher-kva.example'],
    ['192.0.2.1', {type: 'ip', address: '192.0.2.1'}, null],
    ['0:0:0:0:0:0:0:1', {type: 'ip', address: '::1'}, null],
    ['fe80::1%eth0', {type: 'ip', address: 'fe80::1'}, null],
    ['2001:DB8::A', {type: 'ip', address: '2001:db8::a'}, null],
  ] as const)('%s', (host, reference, sni) => {
    expect(referenceName(host)).toEqual(reference)
    expect(serverName(referenceName(host))).toBe(sni)
  })
})

describe('addresses', () => {
  test.each([
    ['::', '::'],
    ['1::', '1::'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['255.255.255.255', '255.255.255.255'],
  ])('%s is written %s', (text, canonical) => {
    expect(ipText(ipOctets(text) ?? new Uint8Array())).toBe(canonical)
  })

  test.each([
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1:2:3',
    '1::2::3',
    ':::',
    '12345::',
    '1:2:3:4:5:6:7:8:9',
    'g::',
    '',
  ])('"%s" is none', (text) => {
    expect(ipOctets(text)).toBeNull()
  })
})
