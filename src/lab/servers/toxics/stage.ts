/** One toxic acting on one direction of one connection. */
import type {Clock, Random} from '../../../core/ports.ts'

export interface StageDoor {
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly random: Random
  /** The toxic's attribute as it is now. */
  attribute(name: string): number
  /** To the next stage or the sink; null ends the stream. */
  emit(chunk: Buffer | null): void
  /** So many bytes more (or fewer) wait in this stage. */
  hold(change: number): void
  /** Ends the connection in order, after what was emitted. */
  close(): void
  /** Ends the connection with an RST to both sides. */
  reset(): void
}

export interface Stage {
  take(chunk: Buffer | null): void
  /** The attributes are others now. */
  changed(): void
  /** The toxic was removed: everything that waits goes on, in order. */
  release(): void
  /** The connection is over. */
  stop(): void
  /** Bytes that may wait here before the source is paused. */
  readonly limit: number
}
