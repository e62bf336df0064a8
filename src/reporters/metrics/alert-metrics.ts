/** The series of alerts, named as Prometheus names its own, and of those who were told. */
import type {AlertState, NotificationResult} from '../../core/alert-events.ts'
import type {RunEvent} from '../../core/events.ts'
import type {MetricSink} from '../../core/metrics.ts'

/** The states that an alert can be in; in the others there is none. */
const ACTIVE: readonly AlertState[] = ['pending', 'firing']
const RESULTS: readonly NotificationResult[] = ['delivered', 'failed', 'dropped']

/** Feeds a sink; each event is taken once, in its order. */
export class AlertMetrics {
  readonly #sink: MetricSink
  readonly #receivers = new Set<string>()

  constructor(sink: MetricSink) {
    this.#sink = sink
  }

  add(event: RunEvent): void {
    if (event.type === 'alert') {
      const labels = {...event.labels, alertname: event.rule}
      for (const state of ACTIVE)
        this.#sink.set('netdrill_alert_state', Number(state === event.state), {...labels, alertstate: state})
    }
    if (event.type === 'notified') {
      const {receiver, result} = event
      // The first increase of a series that wasn't there is none.
      if (!this.#receivers.has(receiver))
        for (const one of RESULTS) this.#sink.add('netdrill_notifications_total', 0, {receiver, result: one})
      this.#receivers.add(receiver)
      this.#sink.add('netdrill_notifications_total', 1, {receiver, result})
    }
  }
}
