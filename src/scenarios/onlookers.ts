/** Who looks on while a drill runs, and acts on what it sees: rules of alerts, whom they are told to, and what carries streams. */
import type {Steering} from '../connections/relay/steer.ts'
import type {RunEvent} from '../core/events.ts'

/** Evaluates rules over what it is told, and publishes what becomes of them. */
export interface DrillAlerts {
  add(event: RunEvent): void
  start(): void
  stop(): void
}

/** Tells receivers about incidents. */
export interface DrillNotifier {
  add(event: RunEvent): void
  /** Tells what is left to tell; takes some seconds at most. */
  close(): Promise<void>
}

export class Onlookers {
  readonly #alerts: DrillAlerts | null
  #steering: Steering | null = null
  #notifier: DrillNotifier | null = null

  constructor(alerts: DrillAlerts | null) {
    this.#alerts = alerts
  }

  /** From now on, when there is a lab to act in. */
  join(steering: Steering, notifier: DrillNotifier | null): void {
    this.#steering = steering
    this.#notifier = notifier
  }

  see(event: RunEvent): void {
    this.#alerts?.add(event)
    this.#steering?.see(event)
    this.#notifier?.add(event)
  }

  start(): void {
    this.#alerts?.start()
  }

  /** What the end itself makes of targets is no news. */
  stop(): void {
    this.#alerts?.stop()
  }

  async close(): Promise<void> {
    await this.#notifier?.close()
  }
}
