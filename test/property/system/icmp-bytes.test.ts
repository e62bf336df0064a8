import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {decodeControl, decodeErrorEntry} from '../../../src/system/ffi-message.ts'
import {decodeSocketAddress, encodeSocketAddress} from '../../../src/system/ffi-address.ts'
import {
  checksum,
  decodeEchoReply,
  decodeIcmpReport,
  encodeEchoRequest,
  splitIpv4,
} from '../../../src/system/icmp-packet.ts'
import {parsePingProgram} from '../../../src/system/icmp-program-output.ts'

const octets = fc.uint8Array({maxLength: 200}).map((bytes) => Buffer.from(bytes))
const family = fc.constantFrom(4 as const, 6 as const)

/** The URL parser writes IPv6 as RFC 5952 wants it, but shows a mapped IPv4 address in hexadecimal. */
function isSame(canonical: string, address: string): boolean {
  if (!address.includes(':')) return canonical === address
  const hostOf = (text: string): string => new URL(`http://[${text}]`).hostname.slice(1, -1)
  const isMapped = canonical.startsWith('::ffff:') && canonical.includes('.')
  return (isMapped ? hostOf(canonical) : canonical) === hostOf(address)
}

describe('octets from the network or the kernel', () => {
  it('never throw, whatever they are', () => {
    const everything = fc.property(octets, family, (bytes, version) => {
      decodeEchoReply(version, bytes)
      decodeIcmpReport(version, bytes)
      splitIpv4(bytes)
      decodeSocketAddress(bytes)
      for (const control of decodeControl(bytes)) {
        decodeErrorEntry({data: bytes, from: null, control: [control]})
      }
    })
    expect(() => fc.assert(everything)).not.toThrow()
  })

  it('of a request come back as they were sent', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffff),
        fc.nat(0xffff),
        octets,
        family,
        (identifier, sequence, payload, version) => {
          const packet = encodeEchoRequest(version, {identifier, sequence, payload})
          // The kernel sums ICMPv6 itself.
          const sum = version === 4 ? checksum(packet) : packet.readUInt16BE(2)
          expect(sum).toBe(0)
          packet[0] = version === 4 ? 0 : 129
          expect(decodeEchoReply(version, packet)).toEqual({identifier, sequence, payload})
        },
      ),
    )
  })

  it('of an address come back in canonical form', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(0xffff), (address, port) => {
        const bytes = encodeSocketAddress({address, port})
        if (!bytes) throw new Error(`not encoded: ${address}`)
        const back = decodeSocketAddress(bytes)
        expect(back?.port).toBe(port)
        expect(isSame(back?.address ?? '', address)).toBe(true)
      }),
    )
  })
})

describe('the output of a ping program', () => {
  it('never throws, whatever it is', () => {
    const everything = fc.property(fc.string(), fc.string(), (out, err) => void parsePingProgram(out, err))
    expect(() => fc.assert(everything)).not.toThrow()
  })
})
