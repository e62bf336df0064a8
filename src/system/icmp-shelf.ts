import type {NetError} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {EchoEngine} from './icmp-engine.ts'

/** How long a socket that nobody uses stays open, and how long a refusal is believed. */
const KEPT: Millis = 1000

interface Shelved {
  readonly made: EchoEngine | NetError
  users: number
  timer: NodeJS.Timeout | null
}

/**
 * The ICMP sockets of this process, one per kind, family and way of sending: a check that has finished with one host
 * before it begins with the next opens no second one. Nothing here keeps the process alive.
 */
export class EngineShelf {
  readonly #shelved = new Map<string, Shelved>()
  readonly #kept: Millis

  constructor(kept: Millis = KEPT) {
    this.#kept = kept
  }

  /** The engine of that key, made where there is none; or why it could not be made, which is remembered for a while. */
  take(key: string, make: () => EchoEngine | NetError): EchoEngine | NetError {
    const shelved = this.#shelved.get(key) ?? this.#add(key, make())
    if ('code' in shelved.made) return shelved.made
    if (shelved.timer) clearTimeout(shelved.timer)
    shelved.timer = null
    if (shelved.users === 0) shelved.made.wake()
    shelved.users++
    return shelved.made
  }

  /** For every `take` that gave an engine; the last one closes it, if nobody takes it for a while. */
  putBack(key: string): void {
    const shelved = this.#shelved.get(key)
    if (!shelved) return
    shelved.users--
    if (shelved.users > 0) return
    if (!('code' in shelved.made)) shelved.made.rest()
    this.#forgetLater(key, shelved)
  }

  #add(key: string, made: EchoEngine | NetError): Shelved {
    const shelved: Shelved = {made, users: 0, timer: null}
    this.#shelved.set(key, shelved)
    if ('code' in made) this.#forgetLater(key, shelved)
    return shelved
  }

  #forgetLater(key: string, shelved: Shelved): void {
    shelved.timer = setTimeout(() => {
      this.#shelved.delete(key)
      if (!('code' in shelved.made)) shelved.made.close()
    }, this.#kept)
    shelved.timer.unref()
  }
}
