import {describe, expect, it} from 'vitest'
import {
  checksum,
  decodeEchoReply,
  decodeIcmpReport,
  encodeEchoRequest,
  errnoOfIcmp,
  splitIpv4,
} from '../../../src/system/icmp-packet.ts'

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex')

describe('ICMP messages', () => {
  it('sums the example of RFC 1071 section 3', () => {
    expect(checksum(hex('0001 f203 f4f5 f6f7'))).toBe(~0xddf2 & 0xffff)
  })

  it('pads an odd length for the sum', () => {
    expect(checksum(hex('0001f2'))).toBe(checksum(hex('0001f200')))
  })

  it('makes a request whose own sum is zero', () => {
    const packet = encodeEchoRequest(4, {identifier: 0x1234, sequence: 7, payload: hex('00ff00ff01')})
    expect(checksum(packet)).toBe(0)
    expect(packet.subarray(0, 2)).toEqual(hex('0800'))
    expect(packet.subarray(4)).toEqual(hex('1234 0007 00ff00ff01'))
  })

  it('leaves the sum of ICMPv6 to the kernel', () => {
    const packet = encodeEchoRequest(6, {identifier: 1, sequence: 2, payload: hex('aabb')})
    expect(packet).toEqual(hex('80 00 0000 0001 0002 aabb'))
  })

  it.each([
    ['a request', '0800 0000 0001 0002'],
    ['seven octets', '0000 0000 0001 00'],
    ['nothing', ''],
  ])('takes %s for no reply', (_, text) => {
    expect(decodeEchoReply(4, hex(text))).toBeNull()
  })

  it('reads what a router quotes of our request', () => {
    const inner = '4500 0054 0000 4000 3f01 0000 0a630001 0a620001  0800 ffff 1234 0007'
    expect(decodeIcmpReport(4, hex(`0304 0000 0000 05dc ${inner}`))).toEqual({
      type: 3,
      code: 4,
      mtu: 1500,
      to: hex('0a620001'),
      request: expect.objectContaining({identifier: 0x1234, sequence: 7}) as unknown,
    })
    expect(decodeIcmpReport(4, hex(`0b00 0000 0000 05dc ${inner}`))).toMatchObject({type: 11, mtu: 0})
  })

  it.each([
    [
      'another protocol',
      '0301 0000 0000 0000 4500 0054 0000 4000 3f11 0000 0a630001 0a620001 0800 ffff 1234 0007',
    ],
    ['a reply', '0301 0000 0000 0000 4500 0054 0000 4000 3f01 0000 0a630001 0a620001 0000 ffff 1234 0007'],
    ['half a header', '0301 0000 0000 0000 4500 0054 0000'],
    [
      'a broken header length',
      '0301 0000 0000 0000 4f00 0054 0000 4000 3f01 0000 0a630001 0a620001 0800 0000',
    ],
    [
      'an unknown type',
      '2a00 0000 0000 0000 4500 0054 0000 4000 3f01 0000 0a630001 0a620001 0800 ffff 1234 0007',
    ],
  ])('ignores a report that quotes %s', (_, text) => {
    expect(decodeIcmpReport(4, hex(text))).toBeNull()
  })

  it('reads ICMPv6 reports, also about a first fragment', () => {
    const addresses = `${'00'.repeat(16)}fd98${'00'.repeat(13)}01`
    const plain = `02 00 0000 00000500 60000000 0010 3a 40 ${addresses} 8000 0000 1234 0009`
    expect(decodeIcmpReport(6, hex(plain))).toMatchObject({type: 2, mtu: 1280, request: {sequence: 9}})
    const first = `01 03 0000 00000000 60000000 0018 2c 40 ${addresses} 3a00 0001 00000001 8000 0000 1234 0009`
    expect(decodeIcmpReport(6, hex(first))).toMatchObject({type: 1, code: 3, request: {identifier: 0x1234}})
    const later = `01 03 0000 00000000 60000000 0018 2c 40 ${addresses} 3a00 0009 00000001 8000 0000 1234 0009`
    expect(decodeIcmpReport(6, hex(later))).toBeNull()
  })

  it('steps over IPv4 options', () => {
    const packet = hex('4600 0020 0000 0000 4001 0000 0a000001 0a000002 94040000 deadbeef')
    expect(splitIpv4(packet)).toMatchObject({ttl: 64, protocol: 1, payload: hex('deadbeef')})
  })

  it.each([
    [4, 3, 0, 'ENETUNREACH'],
    [4, 3, 1, 'EHOSTUNREACH'],
    [4, 3, 3, 'ECONNREFUSED'],
    [4, 3, 4, 'EMSGSIZE'],
    [4, 3, 13, 'EHOSTUNREACH'],
    [4, 11, 0, 'EHOSTUNREACH'],
    [6, 1, 0, 'ENETUNREACH'],
    [6, 1, 1, 'EACCES'],
    [6, 1, 3, 'EHOSTUNREACH'],
    [6, 2, 0, 'EMSGSIZE'],
    [6, 3, 0, 'EHOSTUNREACH'],
  ] as const)('knows the errno of ICMP for IPv%i type %i code %i', (family, type, code, errno) => {
    expect(errnoOfIcmp(family, type, code)).toBe(errno)
  })
})
