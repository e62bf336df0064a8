import type {EmitEvent, RunEvent} from '../core/events.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {WatchSpec} from '../core/watch.ts'
import {SharedGuards} from '../policies/guards/shared.ts'
import {Observer} from './observer.ts'
import {Panic} from './panic.ts'
import type {LoadProbe} from './probers.ts'
import {Turnstile} from './turnstile.ts'
import {TargetWatch} from './watch-target.ts'

export interface WatchRun {
  /** Start of the run on the monotonic clock: `at` and `sentAt` of events count from here. */
  readonly origin: Millis
  readonly emit: EmitEvent
  readonly signal: AbortSignal
  /** For tests; the registry's own otherwise. */
  readonly load?: LoadProbe
}

export interface OpenWatch {
  /** Resolves when everything under way has ended after the abort. */
  readonly ended: Promise<void>
  /**
   * Watches these from now on. Those whose spec is the same as before go on with their state; the others are ended or begun.
   * Throws `UserError` when a new one makes no sense: then nothing has changed.
   */
  update(specs: readonly WatchSpec[]): Promise<void>
  /** Takes the next sample of the target with this name now, if there is one. */
  hurry(target: string): void
}

/** First samples are spread over their interval, but nobody waits longer than this for the first one, */
const LONGEST_STAGGER: Millis = 1000
/** unless there are thousands: so much time each, or their burst would be what is measured. */
const LEAST_APART: Millis = 1

/**
 * Opens all targets, then watches them until `signal` is aborted. Throws `UserError` when a target makes no sense: then
 * nothing was sent.
 */
export async function openWatch(
  specs: readonly WatchSpec[],
  ports: Ports,
  run: WatchRun,
): Promise<OpenWatch> {
  const {clock} = ports
  const {origin, emit, signal} = run
  const observer = new Observer(clock, ({length, because, from}) =>
    emit({type: 'observer-gap', at: clock.now() - origin, length, because, since: from - origin}),
  )
  const set = new WatchSet(ports, run, observer)
  await set.replace(specs)
  return {
    update: async (next) => set.replace(next),
    hurry: (target) => set.hurry(target),
    ended: whenAborted(signal).then(async () => {
      observer.stop()
      await set.stop()
    }),
  }
}

/** The targets under watch, by what was asked for: the same spec is the same watch. */
class WatchSet {
  readonly #ports: Ports
  readonly #run: WatchRun
  readonly #observer: Observer
  readonly #guards = new SharedGuards()
  readonly #turnstile: Turnstile
  readonly #panic: Panic
  readonly #watches = new Map<string, TargetWatch>()
  #started = false

  constructor(ports: Ports, run: WatchRun, observer: Observer) {
    this.#ports = ports
    this.#run = run
    this.#observer = observer
    this.#turnstile = new Turnstile(ports.clock)
    this.#panic = new Panic(ports.clock)
  }

  async replace(specs: readonly WatchSpec[]): Promise<void> {
    const wanted = new Map(specs.map((spec) => [JSON.stringify(spec), spec]))
    const fresh = [...wanted].filter(([key]) => !this.#watches.has(key))
    const opened = await this.#open(fresh)
    const gone = [...this.#watches].filter(([key]) => !wanted.has(key))
    for (const [key] of gone) this.#watches.delete(key)
    await Promise.all(gone.map(async ([, watch]) => watch.stop()))
    for (const [key, watch] of opened) this.#watches.set(key, watch)
    // Loading the first probes has kept the process busy: that is no gap yet.
    if (!this.#started) this.#observer.start()
    this.#started = true
    for (const watch of opened.values()) watch.start()
  }

  async #open(fresh: readonly (readonly [string, WatchSpec])[]): Promise<ReadonlyMap<string, TargetWatch>> {
    const {origin, emit, load} = this.#run
    const opened = new Map<string, TargetWatch>()
    try {
      for (const [index, [key, spec]] of fresh.entries()) {
        const spread = Math.min(spec.interval, Math.max(LONGEST_STAGGER, fresh.length * LEAST_APART))
        const stagger = (spread * index) / fresh.length
        const options = {
          origin,
          emit: (event: RunEvent) => {
            this.#panic.add(event)
            emit(event)
          },
          panic: this.#panic,
          observer: this.#observer,
          guards: this.#guards,
          turnstile: this.#turnstile,
          stagger,
          ...(load === undefined ? {} : {load}),
        }
        opened.set(key, await TargetWatch.open(spec, this.#ports, options))
      }
      return opened
    } catch (error) {
      await Promise.all([...opened.values()].map(async (watch) => watch.stop()))
      throw error
    }
  }

  hurry(target: string): void {
    for (const watch of this.#watches.values()) if (watch.name === target) watch.hurry()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watches.values()].map(async (watch) => watch.stop()))
  }
}

async function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}))
}
