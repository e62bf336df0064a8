/** Detectors that listen instead of counting failures: how long nothing was heard. */
import {type HealthOptions, silenceAllowed} from '../core/health.ts'
import type {Clock} from '../core/ports.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import type {Observer} from './observer.ts'

/** With fewer gaps the interval stands for them. */
const LEAST_GAPS = 10
/** Until then gaps are thought to spread by this share of the interval, as Akka does. */
const FIRST_DEVIATION = 0.25

export interface SilenceOptions {
  readonly interval: Millis
  readonly health: HealthOptions
  readonly clock: Clock
  readonly observer: Pick<Observer, 'sawAll'>
  /** Nothing was heard since `since`, for longer than there is a harmless reason for. */
  readonly onSilent: (because: string, since: Millis) => void
}

/**
 * `inactive` is looked at with each check; `phi` has a timer of its own. Only an answer counts as activity. Both hold still
 * while the connection isn't up, and time in which nobody listened proves nothing.
 */
export class Silence {
  readonly #options: SilenceOptions
  readonly #gaps: Gaps
  /** When an answer last came; null while there is nothing to wait for. */
  #heardAt: Millis | null = null
  #cancel: () => void = () => {}

  constructor(options: SilenceOptions) {
    this.#options = options
    this.#gaps = new Gaps(options.health.phi?.samples ?? 0)
  }

  /** An answer came. `steady`: it and the one before were asked for at the interval, so their gap is worth remembering. */
  heard(steady: boolean): void {
    const now = this.#options.clock.now()
    const last = this.#heardAt
    if (last !== null && steady && this.#options.observer.sawAll(last)) this.#gaps.add(now - last)
    this.#heardAt = now
    this.#arm()
  }

  /** The connection is not up: what follows are gaps of the outage, which nothing should be learnt from. */
  rest(): void {
    this.#heardAt = null
    this.#cancel()
  }

  /** A check is about to be sent. */
  look(): void {
    const {inactive} = this.#options.health
    const since = this.#listening()
    if (!inactive || since === null || inactive.combine === 'all' || !this.isInactive()) return
    this.#options.onSilent(`nothing was heard for more than ${formatDuration(inactive.after)}`, since)
  }

  /** Whether nothing was heard for longer than the document allows; false without such a rule. */
  isInactive(): boolean {
    const {health, clock} = this.#options
    const since = this.#listening()
    return health.inactive !== undefined && since !== null && clock.now() - since > health.inactive.after
  }

  stop(): void {
    this.#cancel()
  }

  /** Since when somebody listens to the present silence: after a gap of the observer it begins anew. */
  #listening(): Millis | null {
    const {clock, observer} = this.#options
    if (this.#heardAt !== null && !observer.sawAll(this.#heardAt)) this.#heardAt = clock.now()
    return this.#heardAt
  }

  #arm(): void {
    const {clock, health, interval} = this.#options
    const since = this.#heardAt
    if (!health.phi || since === null) return
    this.#cancel()
    const allowed = silenceAllowed(health.phi, this.#gaps.spread(interval))
    this.#cancel = clock.after(Math.max(0, since + allowed - clock.now()), () => {
      if (this.#listening() === since) this.#trip(since, allowed)
      else this.#arm()
    })
  }

  #trip(since: Millis, allowed: Millis): void {
    const {health, interval, onSilent} = this.#options
    const {mean} = this.#gaps.spread(interval)
    const usual = `answers came every ${formatDuration(Math.round(mean))}`
    const silent = `nothing was heard for ${formatDuration(Math.round(allowed))}`
    onSilent(`${silent} though ${usual}: phi is ${health.phi?.threshold ?? 0}`, since)
  }
}

/** Gaps between answers, with their mean and deviation. */
class Gaps {
  readonly #most: number
  #gaps: Millis[] = []
  #sum = 0
  #squares = 0

  constructor(most: number) {
    this.#most = most
  }

  add(gap: Millis): void {
    if (this.#most === 0) return
    this.#gaps.push(gap)
    this.#sum += gap
    this.#squares += gap * gap
    const gone = this.#gaps.length > this.#most ? this.#gaps.shift() : undefined
    if (gone === undefined) return
    this.#sum -= gone
    this.#squares -= gone * gone
  }

  spread(interval: Millis): {readonly mean: Millis; readonly deviation: Millis} {
    const count = this.#gaps.length
    if (count < LEAST_GAPS) return {mean: interval, deviation: interval * FIRST_DEVIATION}
    const mean = this.#sum / count
    return {mean, deviation: Math.sqrt(Math.max(0, this.#squares / count - mean * mean))}
  }
}
