/** What the checks of one target say beside success and failure: pace, quality, silence and held states. */
import {HELD_STATES, type HealthOptions, type HeldState} from '../core/health.ts'
import type {Clock, Random} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {type MachineState, type Signal, isUp} from './machine.ts'
import type {Observer} from './observer.ts'
import {Pace, type PaceMode} from './pace.ts'
import {Quality} from './quality.ts'
import {Silence} from './silence.ts'

export interface HealthWatchOptions {
  readonly interval: Millis
  readonly health: HealthOptions
  readonly clock: Clock
  readonly random: Random
  readonly observer: Pick<Observer, 'sawAll'>
  readonly onSilent: (because: string, since: Millis) => void
  readonly onQuality: (change: 'poor' | 'fine', because: string) => void
  readonly onWarning: (active: boolean, because: string) => void
}

/** The signal that is put off while a state is held. */
const HOLDS: Readonly<Record<HeldState, Signal>> = {
  suspect: 'lost',
  degraded: 'fine',
  reconnecting: 'restored',
}

const NOTHING: ReadonlySet<Signal> = new Set()

export class HealthWatch {
  readonly pace: Pace
  readonly #options: HealthWatchOptions
  readonly #quality: Quality | null
  readonly #silence: Silence
  #machine: MachineState
  /** When it took its state. */
  #since: Millis
  #warned = false

  constructor(options: HealthWatchOptions, machine: MachineState) {
    const {interval, health, random, clock, observer, onSilent} = options
    this.#options = options
    this.#machine = machine
    this.#since = clock.now()
    this.pace = new Pace({interval, health, random})
    this.#quality = health.quality ? new Quality(health.quality) : null
    this.#silence = new Silence({interval, health, clock, observer, onSilent})
  }

  /** The machine has moved, or counted. */
  follow(machine: MachineState): void {
    const changed = machine.state !== this.#machine.state
    if (changed) this.#since = this.#options.clock.now()
    this.#machine = machine
    this.pace.follow(modeOf(machine))
    if (!changed || isUp(machine.state)) return
    this.#silence.rest()
    this.#quality?.reset()
    this.#warn(null, 'it is lost')
  }

  /** What the machine should not obey just now. */
  held(): ReadonlySet<Signal> {
    const {inactive} = this.#options.health
    const {state} = this.#machine
    const held = new Set(HELD_STATES.filter((name) => this.#holds(name)).map((name) => HOLDS[name]))
    if (inactive?.combine === 'all' && isUp(state) && !this.#silence.isInactive()) held.add('lost')
    return held.size === 0 ? NOTHING : held
  }

  #holds(name: HeldState): boolean {
    const {health, clock} = this.#options
    const {state} = this.#machine
    const length = health.hold?.[name]
    if (length === undefined) return false
    // With `fall: 1` a loss would pass by the state that is to be held.
    if (name === 'suspect' && state === 'connected') return true
    return state === name && clock.now() - this.#since < length
  }

  /** A check is about to be sent. */
  look(): void {
    if (isUp(this.#machine.state)) this.#silence.look()
  }

  /** A check was answered, after the machine has followed; null for one that failed. */
  judge(rtt: Millis | null, sentAt: Millis): void {
    if (!isUp(this.#machine.state)) return
    if (rtt !== null) this.#silence.heard(modeOf(this.#machine) === 'steady')
    const finding = this.#quality?.observe(rtt, sentAt)
    if (!finding) return
    this.#warn(finding.warning, finding.because)
    if (finding.change) this.#options.onQuality(finding.change, finding.because)
  }

  stop(): void {
    this.#silence.stop()
  }

  #warn(warning: string | null, otherwise: string): void {
    const active = warning !== null
    if (active === this.#warned) return
    this.#warned = active
    this.#options.onWarning(active, warning ?? otherwise)
  }
}

function modeOf({state, failures, successes}: MachineState): PaceMode {
  if (isUp(state)) return failures > 0 ? 'confirming' : 'steady'
  if (state === 'reconnecting') return successes > 0 ? 'confirming' : 'down'
  return state === 'exhausted' ? 'down' : 'steady'
}
