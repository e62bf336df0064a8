/** What watching itself costs, as series: processor time and memory of the processes of a watch. */
import type {MetricSink} from '../core/metrics.ts'
import type {Millis} from '../core/units.ts'
import type {MetricName} from '../reporters/metrics/definitions.ts'
import {processUsage} from '../system/process-usage.ts'

/** Looking costs little, but a thousand samples a second need not look a thousand times. */
const LOOK_EVERY: Millis = 5000

export class OwnCost {
  readonly #sink: MetricSink
  readonly #now: () => Millis
  /** By role: the process, and the processor time that is in the counter already. */
  readonly #processes = new Map<string, {readonly pid: number; counted: number}>()
  #looked: Millis = Number.NEGATIVE_INFINITY

  constructor(sink: MetricSink, now: () => Millis) {
    this.#sink = sink
    this.#now = now
  }

  /** `role` is the label: `main`, `prober`. */
  add(role: string, pid: number): void {
    this.#processes.set(role, {pid, counted: 0})
  }

  /** Looks now, or with `lazily` only when the last look is some seconds ago. */
  look(lazily = false): void {
    const now = this.#now()
    if (lazily && now - this.#looked < LOOK_EVERY) return
    this.#looked = now
    for (const [role, known] of this.#processes) {
      const usage = processUsage(known.pid)
      if (!usage) continue
      const cpu: MetricName = 'netdrill_process_cpu_seconds_total'
      const resident: MetricName = 'netdrill_process_resident_bytes'
      this.#sink.add(cpu, Math.max(0, usage.cpu - known.counted), {process: role})
      this.#sink.set(resident, usage.resident, {process: role})
      known.counted = usage.cpu
    }
  }
}
