/** Doors of the process that carries the packets of a link itself. */
import type {Millis} from './units.ts'

/** A device whose packets are read and written whole. */
export interface PacketPort {
  /** The frame is good during the call only. Called for one frame after the other, in the order in which they arrived. */
  onFrame(listener: (frame: Buffer) => void): void
  /** A packet for which the device has no room is lost, as on a real line. */
  send(frame: Buffer): void
  /** Packets that came faster than they were read, and are lost. */
  missed(): number
  close(): void
}

/** One alarm, much finer than a timer of a millisecond. */
export interface Alarm {
  /** Rings once at that time of the monotonic clock; null: not at all. Replaces what was set before. */
  set(at: Millis | null): void
  close(): void
}

export interface PacketDoor {
  /** Throws `UserError` (exit 6) where packets can't be read from the device. */
  open(device: string): Promise<PacketPort>
  alarm(ring: () => void): Promise<Alarm>
}
