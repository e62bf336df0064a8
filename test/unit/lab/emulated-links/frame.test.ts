import {describe, expect, it} from 'vitest'
import type {LinkMatch} from '../../../../src/core/link-effects.ts'
import {completeChecksum, damageFrame} from '../../../../src/lab/emulated-links/damage.ts'
import {FRAME_HEADER, matcherOf} from '../../../../src/lab/emulated-links/frame.ts'
import {arpFrame, ipv4Frame, ipv6Frame} from '../../../support/link-frames.ts'

const ALL: LinkMatch = {to: [], from: [], port: null, protocol: null, family: null}

describe('the scope of a fault on a frame', () => {
  it.each<[string, Partial<LinkMatch>, Buffer, boolean]>([
    ['everything', {}, ipv4Frame(), true],
    ['everything but ARP', {}, arpFrame(), false],
    ['too short to be a packet', {}, ipv4Frame().subarray(0, 30), false],
    ['the destination', {to: ['10.0.0.2']}, ipv4Frame(), true],
    ['another destination', {to: ['10.0.0.3']}, ipv4Frame(), false],
    ['one of several destinations', {to: ['10.0.0.3', '10.0.0.2']}, ipv4Frame(), true],
    ['a network that ends inside an octet', {to: ['10.0.0.0/30']}, ipv4Frame(), true],
    ['the network beside it', {to: ['10.0.0.4/30']}, ipv4Frame(), false],
    ['the source', {from: ['10.0.0.1']}, ipv4Frame(), true],
    ['a source that is the destination', {from: ['10.0.0.2']}, ipv4Frame(), false],
    ['the port', {port: 2000}, ipv4Frame(), true],
    ['a port that is the source’s', {port: 1000}, ipv4Frame(), false],
    ['a port of what has none', {port: 2000}, ipv4Frame({protocol: 'icmp'}), false],
    ['the protocol', {protocol: 'udp'}, ipv4Frame(), true],
    ['another protocol', {protocol: 'tcp'}, ipv4Frame(), false],
    ['the family', {family: 4}, ipv6Frame(), false],
    ['an IPv6 network', {to: ['fd00::/64']}, ipv6Frame(), true],
    ['an IPv6 address in a short form', {to: ['fd00::2']}, ipv6Frame(), true],
    ['an IPv4 destination of an IPv6 packet', {to: ['10.0.0.2']}, ipv6Frame(), false],
    ['the port behind an extension header', {port: 2000, protocol: 'udp'}, ipv6Frame(), true],
    ['ICMP of IPv6', {protocol: 'icmp'}, ipv6Frame({protocol: 'icmp'}), true],
  ])('%s', (_, part, frame, meant) => {
    expect(matcherOf({...ALL, ...part}, false)(frame)).toBe(meant)
  })

  it('of what arrives means where it comes from', () => {
    const answer = ipv4Frame({from: '10.0.0.2', to: '10.0.0.1', fromPort: 443, toPort: 50_000})
    const match = {...ALL, to: ['10.0.0.2'], port: 443}
    expect([matcherOf(match, true)(answer), matcherOf(match, false)(answer)]).toEqual([true, false])
  })

  it('has no port in the fragments behind the first', () => {
    const frame = ipv4Frame()
    frame.writeUInt16BE(185, FRAME_HEADER + 14 + 6)
    expect(matcherOf({...ALL, port: 2000}, false)(frame)).toBe(false)
    expect(matcherOf({...ALL, protocol: 'udp'}, false)(frame)).toBe(true)
  })
})

describe('damage', () => {
  it('turns exactly one bit behind the Ethernet header', () => {
    for (const where of [0, 0.3, 0.999_999]) {
      const before = ipv4Frame({payload: Buffer.alloc(100, 7)})
      const after = Buffer.from(before)
      damageFrame(after, where)
      const turned = [...before].map((byte, index) => byte ^ (after[index] ?? 0))
      expect(turned.filter((bits) => bits !== 0)).toHaveLength(1)
      expect(Math.log2(Math.max(...turned)) % 1).toBe(0)
      expect(turned.findIndex((bits) => bits !== 0)).toBeGreaterThanOrEqual(FRAME_HEADER + 14)
    }
  })

  it('computes a checksum first that the sender has left to the hardware', () => {
    const frame = ipv4Frame({payload: Buffer.from('hello world')})
    const start = 14 + 20
    frame.writeUInt8(1, 0)
    frame.writeUInt16LE(start, 6)
    frame.writeUInt16LE(6, 8)
    // The sum of the pseudo header, as the kernel leaves it there.
    frame.writeUInt16BE(0x1234, FRAME_HEADER + start + 6)
    completeChecksum(frame)
    expect(frame.readUInt8(0)).toBe(0)
    const bytes = frame.subarray(FRAME_HEADER + start)
    let sum = 0
    for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
    // RFC 1071: together with the pseudo header's sum all ones come out.
    let all = sum + 0x1234
    while (all > 0xffff) all = (all & 0xffff) + (all >>> 16)
    expect(all).toBe(0xffff)
  })
})
