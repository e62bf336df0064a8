/** The alerts of a watch or a drill: its events become series, and the rules are evaluated on time. */
import type {AlertEvent} from '../core/alert-events.ts'
import type {RunEvent} from '../core/events.ts'
import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {AlertEngine, describePlan} from '../policies/alerts/alert-engine.ts'
import type {AlertPlan} from '../policies/alerts/rule.ts'
import {METRICS} from '../reporters/metrics/definitions.ts'
import {MetricsFold} from '../reporters/metrics/metrics-fold.ts'
import {WatchMemory} from './watch-memory.ts'

export interface MonitorAlertsWorld {
  readonly clock: Pick<Clock, 'after'>
  /** On the run's clock. */
  readonly now: () => Millis
  readonly publish: (event: RunEvent) => void
}

interface Following {
  readonly engine: AlertEngine
  readonly fold: MetricsFold
}

/** Without rules it only remembers what targets there are; series of ten thousand targets are kept for those who read them. */
export class MonitorAlerts {
  readonly #world: MonitorAlertsWorld
  readonly #memory = new WatchMemory()
  #following: Following | null = null
  #plan: AlertPlan
  #due: Millis = 0
  #cancel: (() => void) | null = null

  constructor(plan: AlertPlan, world: MonitorAlertsWorld) {
    this.#plan = plan
    this.#world = world
    if (plan.rules.length > 0) this.#follow()
  }

  /** For the head of the run; null without rules. */
  describe(): string | null {
    return this.#plan.rules.length === 0 ? null : describePlan(this.#plan)
  }

  /** Every event of the run, its own included. */
  add(event: RunEvent): void {
    this.#memory.add(event)
    this.#feed(event)
  }

  /** The run has begun: from now on rules are evaluated. */
  start(): void {
    this.update(this.#plan)
  }

  /** Takes other rules; those that are as before go on with their states. */
  update(plan: AlertPlan): void {
    const {now} = this.#world
    this.#plan = plan
    if (plan.rules.length > 0 && !this.#following) {
      this.#follow()
      for (const event of this.#memory.tell(now())) this.#feed(event)
    }
    this.#tell(this.#following?.engine.replace(plan) ?? [])
    this.stop()
    this.#due = now()
    if (plan.rules.length > 0) this.#evaluate()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #follow(): void {
    const engine = new AlertEngine(METRICS)
    this.#following = {engine, fold: new MetricsFold(engine.sink)}
  }

  #feed(event: RunEvent): void {
    if (!this.#following) return
    const {engine, fold} = this.#following
    if (event.type === 'run-started') engine.epoch = Date.parse(event.run.started) / 1000
    fold.add(event)
    if (event.type === 'target-removed') engine.forgetTarget(event.target)
  }

  /** Slots that passed while the process did not run are left out: nothing was seen in them. */
  #evaluate(): void {
    const {clock, now} = this.#world
    this.#tell(this.#following?.engine.evaluate(now()) ?? [])
    const {interval} = this.#plan
    this.#due += interval * Math.max(1, Math.ceil((now() - this.#due) / interval))
    this.#cancel = clock.after(this.#due - now(), () => this.#evaluate())
  }

  #tell(events: readonly AlertEvent[]): void {
    const at = this.#world.now()
    for (const event of events) this.#world.publish({...event, at})
  }
}
