/** The rules of a watch over its own series, without a clock: whoever has one says when to evaluate. */
import type {AlertEvent} from '../../core/alert-events.ts'
import type {MetricDefinition, MetricSink} from '../../core/metrics.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {EvaluationFailure} from '../promql/distinct.ts'
import {evaluate} from '../promql/evaluate.ts'
import {STALENESS} from '../promql/evaluator.ts'
import {type VectorSelector, selectorsOf} from '../promql/expression.ts'
import type {Element} from '../promql/values.ts'
import {type AlertPlan, type AlertRule, ruleInfo, ruleKey} from './rule.ts'
import {RuleStates} from './rule-states.ts'
import {SeriesStore} from './series-store.ts'

interface Kept {
  readonly rule: AlertRule
  readonly states: RuleStates
  /** What was told of a failure that still lasts. */
  failure: string | null
}

export class AlertEngine {
  readonly #store: SeriesStore
  #rules: readonly Kept[] = []
  #refused = 0
  /** Wall clock at the start of the run, in seconds; for `time()`. */
  epoch = 0

  constructor(definitions: readonly MetricDefinition[]) {
    this.#store = new SeriesStore(definitions)
  }

  /** Where the metrics of the watch go. */
  get sink(): MetricSink {
    return this.#store
  }

  /** Rules that are as before keep their states; alerts of those that are gone are over. */
  replace({rules, interval}: AlertPlan): readonly AlertEvent[] {
    const known = new Map(this.#rules.map((kept) => [ruleKey(kept.rule), kept]))
    const next = rules.map((rule): Kept => {
      const kept = known.get(ruleKey(rule))
      return kept ?? {rule, states: new RuleStates(rule), failure: null}
    })
    const gone = this.#rules.filter((kept) => !next.includes(kept))
    const added = next.filter((kept) => !this.#rules.includes(kept))
    this.#rules = next
    this.#store.configure({...needsOf(rules), interval})
    return [
      ...gone.flatMap(({rule, states}): readonly AlertEvent[] => [
        ...states.end(),
        {type: 'alert-rule-removed', rule: rule.name},
      ]),
      ...added.map(({rule}): AlertEvent => ({type: 'alert-rule-added', rule: ruleInfo(rule)})),
    ]
  }

  /** A target is no longer watched: its series end, and so do its alerts at the next evaluation. */
  forgetTarget(target: string): void {
    this.#store.forget('target', target)
  }

  /** Takes what the series are now, and judges every rule by it. `at` never goes back. */
  evaluate(at: Millis): readonly AlertEvent[] {
    if (this.#rules.length === 0) return []
    this.#store.scrape(at)
    return this.#rules.flatMap((kept) => [...this.#overflow(kept), ...this.#judge(kept, at)])
  }

  #judge(kept: Kept, at: Millis): readonly AlertEvent[] {
    try {
      const changes = kept.states.evaluate(at, this.#elements(kept.rule, at))
      kept.failure = null
      return changes
    } catch (error) {
      if (!(error instanceof EvaluationFailure)) throw error
      if (kept.failure === error.message) return []
      kept.failure = error.message
      return [{type: 'alert-rule-failed', rule: kept.rule.name, because: error.message}]
    }
  }

  #elements({expression}: AlertRule, at: Millis): readonly Element[] {
    const value = evaluate(expression, {source: this.#store, at, epoch: this.epoch})
    // A scalar comparison is refused when rules are read; what is left is a number that stands for itself.
    return value.type === 'vector' ? value.elements : [{labels: {}, value: value.value}]
  }

  /** Told with the first rule, once for each time that it got worse. */
  #overflow({rule}: Kept): readonly AlertEvent[] {
    const {refused} = this.#store
    if (rule !== this.#rules[0]?.rule || refused <= this.#refused) return []
    this.#refused = refused
    const because = `${refused} series find no room in memory: take shorter ranges or a longer interval`
    return [{type: 'alert-rule-failed', rule: rule.name, because}]
  }
}

/** Every series that is read, and how far back. */
function needsOf(rules: readonly AlertRule[]): {
  readonly selectors: readonly VectorSelector[]
  readonly retention: Millis
} {
  const all = rules.flatMap(({expression}) => selectorsOf(expression))
  const back = all.map(({vector, range}) => Math.max(range, STALENESS) + vector.offset)
  return {selectors: all.map(({vector}) => vector), retention: Math.max(STALENESS, ...back)}
}

/** `5 rules, evaluated every 5s`. */
export function describePlan({rules, interval}: AlertPlan): string {
  const count = `${rules.length} alert rule${rules.length === 1 ? '' : 's'}`
  return `${count}, evaluated every ${formatDuration(interval)}`
}
