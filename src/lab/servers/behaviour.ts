/** What every embedded server can be told to do instead of serving well. */
import type {Socket} from 'node:net'
import * as z from 'zod'
import type {Clock} from '../../core/ports.ts'

/**
 * `serve` does its work; `silent` accepts and never answers; `reset` ends a connection with RST right after it was
 * accepted; `close` ends it in an orderly way (FIN) instead.
 */
export const BEHAVIOURS = ['serve', 'silent', 'reset', 'close'] as const
export type Behaviour = (typeof BEHAVIOURS)[number]

/** Options that all kinds share, as they travel to an agent: durations in milliseconds. */
export const behaviourShape = {
  behaviour: z.enum(BEHAVIOURS).default('serve'),
  /** Every answer waits this long. */
  delay: z.number().min(0).default(0),
}

/** Does what the behaviour wants of a new connection; true when there is nothing left to serve. */
export function misbehave(behaviour: Behaviour, socket: Socket): boolean {
  socket.on('error', () => socket.destroy())
  switch (behaviour) {
    case 'serve':
      return false
    case 'silent':
      socket.resume()
      socket.once('end', () => socket.end())
      return true
    case 'reset':
      socket.resetAndDestroy()
      return true
    case 'close':
      socket.resume()
      socket.end()
      return true
  }
}

/** Answers now or after the delay, unless the connection has gone by then. */
export function answerAfter(clock: Pick<Clock, 'after'>, delay: number, answer: () => void): void {
  if (delay === 0) answer()
  else clock.after(delay, answer)
}
