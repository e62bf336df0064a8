import type {Duplex} from 'node:stream'
import type {Clock} from '../../../../core/ports.ts'
import type {HttpFrontEffect} from '../../../../core/proxy-effects.ts'
import {type Wire, resetWire} from '../wire.ts'
import {type Answer, headBytes} from './answer.ts'

/** Slow bytes go this often. */
const PORTION = 100

/** Writes an answer as slowly as asked for, maybe not all of it, and ends the connection. */
export async function sendShaped(
  answer: Answer,
  {
    effect,
    wire,
    clock,
  }: {readonly effect: HttpFrontEffect; readonly wire: Wire; readonly clock: Pick<Clock, 'after'>},
): Promise<void> {
  const {headerTime, bodyRate, cut, close} = effect
  const head = headBytes(answer, close !== 'silently')
  const {stream} = wire
  await drip(stream, head, {clock, rate: headerTime === 0 ? null : head.length / headerTime})
  const kept = cut ? Math.floor(answer.body.length * cut.share) : answer.body.length
  await drip(stream, answer.body.subarray(0, kept), {
    clock,
    rate: bodyRate === undefined ? null : bodyRate / 1000,
  })
  if (cut?.how === 'reset') resetWire(wire)
  else stream.end()
}

/** `rate` in bytes per millisecond; null for all at once. Resolves when everything is written, or the client has gone. */
async function drip(
  stream: Duplex,
  bytes: Buffer,
  {clock, rate}: {readonly clock: Pick<Clock, 'after'>; readonly rate: number | null},
): Promise<void> {
  const size = rate === null ? bytes.length : Math.max(1, Math.floor(rate * PORTION))
  for (let at = 0; at < bytes.length && !stream.destroyed; at += size) {
    const piece = bytes.subarray(at, at + size)
    await new Promise<void>((resolve) => stream.write(piece, () => resolve()))
    if (rate !== null) await pause(stream, clock, piece.length / rate)
  }
}

async function pause(stream: Duplex, clock: Pick<Clock, 'after'>, time: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      stream.off('close', done)
      resolve()
    }
    const cancel = clock.after(time, done)
    stream.once('close', done)
  })
}
