import {describe, expect, it} from 'vitest'
import {addressBytes} from '../../../src/lab/servers/certificates/address-bytes.ts'
import {bitString, integer, objectId, octetString, time} from '../../../src/lab/servers/certificates/der.ts'

describe('DER', () => {
  it.each([
    ['zero', integer(Buffer.of(0)), '020100'],
    ['leading zeros, left out', integer(Buffer.of(0, 0, 1)), '020101'],
    ['a high first bit, kept positive', integer(Buffer.of(0x80)), '02020080'],
    ['an object identifier (X.690 §8.19)', objectId('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['a bit string with unused bits', bitString(Buffer.of(0x80), 7), '03020780'],
    ['a long length', octetString(Buffer.alloc(200)), `0481c8${'00'.repeat(200)}`],
    ['a longer length', octetString(Buffer.alloc(300)), `0482012c${'00'.repeat(300)}`],
  ])('writes %s', (_name, bytes, hex) => {
    expect(bytes.toString('hex')).toBe(hex)
  })

  it('writes years to 2049 short and later ones long, as RFC 5280 wants', () => {
    expect(time(new Date('2026-03-04T05:06:07.890Z')).toString('latin1', 2)).toBe('260304050607Z')
    expect(time(new Date('2050-01-01T00:00:00Z')).toString('latin1', 2)).toBe('20500101000000Z')
  })
})

describe('addressBytes', () => {
  it.each([
    ['10.77.0.2', '0a4d0002'],
    ['::', '00'.repeat(16)],
    ['::1', `${'00'.repeat(15)}01`],
    ['fd00::7:8', `fd00${'00'.repeat(10)}00070008`],
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['::ffff:192.0.2.1', `${'00'.repeat(10)}ffffc0000201`],
  ])('gives the bytes of %s', (address, hex) => {
    expect(addressBytes(address).toString('hex')).toBe(hex)
  })
})
