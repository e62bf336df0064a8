/** Turns one bit of a packet, as a bad line does. */
import {FRAME_HEADER} from './frame.ts'

/** The kernel has left the checksum to the hardware (VIRTIO_NET_HDR_F_NEEDS_CSUM). */
const NEEDS_CHECKSUM = 1
/** The addresses of the Ethernet frame and its type stay: a switch would not have passed it on. */
const ETHERNET = 14

/**
 * Turns the bit at that share of the packet's length, in place. A checksum that the sender has not computed yet is
 * computed before, else the receiver's kernel would take the damaged bytes for good ones.
 */
export function damageFrame(frame: Buffer, where: number): void {
  completeChecksum(frame)
  const start = FRAME_HEADER + ETHERNET
  const bits = (frame.length - start) * 8
  if (bits <= 0) return
  const bit = Math.min(bits - 1, Math.floor(where * bits))
  const at = start + (bit >> 3)
  frame[at] = (frame[at] ?? 0) ^ (0x80 >> (bit & 7))
}

/** RFC 1071 from the start that the header names to the end; the sum of the pseudo header is in its place already. */
export function completeChecksum(frame: Buffer): void {
  if (((frame[0] ?? 0) & NEEDS_CHECKSUM) === 0) return
  const start = FRAME_HEADER + frame.readUInt16LE(6)
  const at = start + frame.readUInt16LE(8)
  if (at + 2 > frame.length) return
  let sum = 0
  for (let index = start; index < frame.length; index += 2) {
    sum += ((frame[index] ?? 0) << 8) | (frame[index + 1] ?? 0)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  const checksum = ~sum & 0xffff
  // 0 means "none" with UDP; its other spelling is right for all.
  frame.writeUInt16BE(checksum === 0 ? 0xffff : checksum, at)
  frame[0] = (frame[0] ?? 0) & ~NEEDS_CHECKSUM
}
