import {FRAME_HEADER} from '../../src/lab/emulated-links/frame.ts'
import type {Alarm, PacketDoor, PacketPort} from '../../src/core/packet-port.ts'
import type {FakeClock} from './fake-clock.ts'

export interface FrameWords {
  readonly protocol?: 'tcp' | 'udp' | 'icmp'
  readonly from?: string
  readonly to?: string
  readonly fromPort?: number
  readonly toPort?: number
  readonly payload?: Uint8Array
}

const NUMBERS = {tcp: 6, udp: 17, icmp: 1} as const

/** An IPv4 packet in its Ethernet frame, behind the header of a packet socket. */
export function ipv4Frame(words: FrameWords = {}): Buffer {
  const {protocol = 'udp', from = '10.0.0.1', to = '10.0.0.2', fromPort = 1000, toPort = 2000} = words
  const ports = Buffer.alloc(8)
  ports.writeUInt16BE(fromPort, 0)
  ports.writeUInt16BE(toPort, 2)
  const header = Buffer.alloc(20)
  header.writeUInt8(0x45, 0)
  header.writeUInt8(NUMBERS[protocol], 9)
  header.set(from.split('.').map(Number), 12)
  header.set(to.split('.').map(Number), 16)
  return framed(0x0800, Buffer.concat([header, ports, words.payload ?? Buffer.alloc(0)]))
}

/** With a hop-by-hop header before the transport's, as neighbours send it. */
export function ipv6Frame({protocol = 'udp', toPort = 2000}: FrameWords = {}): Buffer {
  const header = Buffer.alloc(40)
  header.writeUInt8(0x60, 0)
  header.writeUInt8(0, 6)
  header.set([0xfd, 0x00], 8)
  header.writeUInt8(1, 23)
  header.set([0xfd, 0x00], 24)
  header.writeUInt8(2, 39)
  const option = Buffer.alloc(8)
  option.writeUInt8(protocol === 'icmp' ? 58 : NUMBERS[protocol], 0)
  const ports = Buffer.alloc(8)
  ports.writeUInt16BE(toPort, 2)
  return framed(0x86dd, Buffer.concat([header, option, ports]))
}

export function arpFrame(): Buffer {
  return framed(0x0806, Buffer.alloc(28))
}

function framed(type: number, content: Buffer): Buffer {
  const ethernet = Buffer.alloc(14)
  ethernet.writeUInt16BE(type, 12)
  return Buffer.concat([Buffer.alloc(FRAME_HEADER), ethernet, content])
}

export interface PacketRig {
  readonly door: PacketDoor
  /** A frame arrives at the device. */
  arrive(device: string, frame: Buffer): void
  /** What was sent by each device, with the time. */
  readonly sent: {readonly device: string; readonly at: number; readonly frame: Buffer}[]
}

export function packetRig(clock: FakeClock): PacketRig {
  const listeners = new Map<string, (frame: Buffer) => void>()
  const sent: PacketRig['sent'] = []
  const open = async (device: string): Promise<PacketPort> => ({
    onFrame: (listener) => void listeners.set(device, listener),
    send: (frame) => void sent.push({device, at: clock.now(), frame: Buffer.from(frame)}),
    missed: () => 0,
    close: () => void listeners.delete(device),
  })
  const alarm = async (ring: () => void): Promise<Alarm> => {
    let cancel = (): void => {}
    return {
      set: (at) => {
        cancel()
        cancel = at === null ? () => {} : clock.after(at - clock.now(), ring)
      },
      close: () => cancel(),
    }
  }
  return {door: {open, alarm}, sent, arrive: (device, frame) => listeners.get(device)?.(frame)}
}
