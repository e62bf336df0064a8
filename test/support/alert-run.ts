/** A watch without a network for tests of alerts: events go into the metrics, rules are evaluated on time. */
import {makeFailure} from '../../src/core/codes/index.ts'
import type {RunEvent} from '../../src/core/events.ts'
import {AlertEngine} from '../../src/policies/alerts/alert-engine.ts'
import {METRICS} from '../../src/reporters/metrics/definitions.ts'
import {MetricsFold} from '../../src/reporters/metrics/metrics-fold.ts'
import {readAlertText} from './alert-rules.ts'

export interface AlertRun {
  readonly engine: AlertEngine
  /** What is told at `at`, in seconds, after these events: `60 firing Gone{target="api"}`. */
  tick(at: number, events?: readonly RunEvent[]): readonly string[]
  add(event: RunEvent): void
}

export const EPOCH = 1_700_000_000

/** `alerts` is the section as YAML, each line indented by two spaces. */
export async function alertRun(alerts: string, targets: readonly string[] = ['api']): Promise<AlertRun> {
  const engine = new AlertEngine(METRICS)
  engine.epoch = EPOCH
  const fold = new MetricsFold(engine.sink)
  const started = new Date(EPOCH * 1000).toISOString()
  const run = {id: 'r', command: 'monitor', title: '', version: '1', seed: 1, platform: '', backends: []}
  fold.add({at: 0, type: 'run-started', run: {...run, started}})
  for (const name of targets)
    fold.add({
      at: 0,
      type: 'target-added',
      target: {
        name,
        url: 'tcp://x:1',
        kind: 'tcp',
        role: 'target',
        interval: 5000,
        timeout: 1000,
        policy: null,
      },
    })
  engine.replace(await readAlertText(`alerts:\n${alerts}`, targets))
  return {
    engine,
    add: (event) => fold.add(event),
    tick: (at, events = []) => {
      for (const event of events) fold.add(event)
      return engine.evaluate(at * 1000).map((event) => {
        if (event.type === 'alert-rule-failed') return `${at} failed ${event.rule}`
        if (event.type !== 'alert') return `${at} ${event.type}`
        const labels = Object.entries(event.labels).map(([name, value]) => `${name}=${value}`)
        return `${at} ${event.state} ${event.rule}{${labels.toSorted().join(',')}}`
      })
    },
  }
}

/** One sample, taken `at` seconds; null fails. */
export function sampleAt(at: number, target: string, ok: boolean): RunEvent {
  const outcome = ok
    ? {status: 'ok' as const, reading: {phase: {}}, took: 10}
    : {status: 'failed' as const, failure: makeFailure('TCP_REFUSED', 'told'), partial: {phase: {}}, took: 10}
  return {at: at * 1000, type: 'sample', target, sample: {seq: 0, sentAt: at * 1000, outcome}}
}
