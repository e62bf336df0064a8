import {describe, expect, it} from 'vitest'
import {decodeSocketAddress, encodeSocketAddress} from '../../../src/system/ffi-address.ts'

describe('socket addresses', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['1:2:3:4:5:6::', '1:2:3:4:5:6::'],
    ['fe80::abcd:1', 'fe80::abcd:1'],
    ['::ffff:192.0.2.7', '::ffff:192.0.2.7'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('carries %s through the kernel layout', (text, canonical) => {
    const bytes = encodeSocketAddress({address: text, port: 8443})
    expect(bytes && decodeSocketAddress(bytes)).toEqual({address: canonical, port: 8443})
  })

  it.each(['example.org', '1.2.3', '::zz', '', 'fe80::1%no-such-interface'])('refuses %j', (text) => {
    expect(encodeSocketAddress({address: text, port: 1})).toBeNull()
  })

  it('writes a numeric zone as the scope id', () => {
    expect(encodeSocketAddress({address: 'fe80::1%7', port: 1})?.readUInt32LE(24)).toBe(7)
  })

  it('reads an unset address as none', () => {
    expect(decodeSocketAddress(Buffer.alloc(16))).toBeNull()
    expect(decodeSocketAddress(Buffer.alloc(0))).toBeNull()
  })
})
