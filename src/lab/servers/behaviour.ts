/** What every embedded server can do instead of serving well. */
import type {Socket} from 'node:net'
import type {Clock} from '../../core/ports.ts'
import type {Behaviour} from './options.ts'

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
