/** All streams of an agent. */
import type {EmitEvent} from '../../core/events.ts'
import type {Ports} from '../../core/ports.ts'
import type {CarriedSpec, SteerOrder} from '../../core/stream-spec.ts'
import type {Millis} from '../../core/units.ts'
import type {WatchSpec} from '../../core/watch.ts'
import {Carrier} from './carrier.ts'
import {openLaneTarget} from './lane-target.ts'

export class Carriers {
  readonly #ports: Ports
  readonly #origin: Millis
  readonly #emit: EmitEvent
  readonly #carriers = new Map<string, {readonly key: string; readonly carrier: Carrier}>()

  /** `origin`: start of the run on the monotonic clock. */
  constructor(ports: Ports, {origin, emit}: {readonly origin: Millis; readonly emit: EmitEvent}) {
    this.#ports = ports
    this.#origin = origin
    this.#emit = emit
  }

  /** Carries these from now on; one whose paths lead where they did goes on. Throws `UserError` for a path that can't carry a stream. */
  async replace(specs: readonly CarriedSpec[], targets: readonly WatchSpec[]): Promise<void> {
    const wanted = new Map<string, readonly WatchSpec[]>()
    for (const {group, paths} of specs)
      wanted.set(
        group,
        paths.flatMap(({target}) => targets.filter(({name}) => name === target)),
      )
    for (const [group, {carrier}] of [...this.#carriers]) {
      if (wanted.has(group)) continue
      carrier.stop()
      this.#carriers.delete(group)
    }
    for (const spec of specs) await this.#begin(spec, wanted.get(spec.group) ?? [])
  }

  /** Orders for groups without a stream are none of our business. */
  steer(order: SteerOrder): void {
    this.#carriers.get(order.group)?.carrier.steer(order)
  }

  stop(): void {
    for (const {carrier} of this.#carriers.values()) carrier.stop()
    this.#carriers.clear()
  }

  async #begin(spec: CarriedSpec, watched: readonly WatchSpec[]): Promise<void> {
    const key = JSON.stringify([spec, watched])
    const old = this.#carriers.get(spec.group)
    if (old?.key === key) return
    const opened = await Promise.all(
      watched.map(async (watch) => [watch.name, await openLaneTarget(watch, this.#ports)] as const),
    )
    const byTarget = new Map(opened)
    const targets = new Map(
      spec.paths.flatMap(({name, target}) => {
        const found = byTarget.get(target)
        return found ? [[name, found] as const] : []
      }),
    )
    const {clock} = this.#ports
    const carrier = new Carrier(spec, this.#ports, {
      targets,
      origin: this.#origin,
      emit: (event) => this.#emit({...event, at: clock.now() - this.#origin}),
    })
    old?.carrier.stop()
    this.#carriers.set(spec.group, {key, carrier})
    carrier.start()
    // The group has decided long ago, and won't say so again.
    const to = old?.carrier.goal ?? null
    if (to !== null && targets.has(to))
      carrier.steer({do: 'move', group: spec.group, to, at: clock.now() - this.#origin})
  }
}
