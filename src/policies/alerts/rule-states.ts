/** The alerts of one rule, by the semantics of Prometheus: inactive → pending → firing → resolved. */
import type {AlertEvent, AlertState} from '../../core/alert-events.ts'
import type {Millis} from '../../core/units.ts'
import {EvaluationFailure, labelText} from '../promql/distinct.ts'
import {type Element, type Labels, keyOf, withoutName} from '../promql/values.ts'
import type {AlertRule} from './rule.ts'
import type {Template} from './template.ts'

export type AlertChange = Extract<AlertEvent, {type: 'alert'}>

interface Named {
  readonly labels: Labels
  readonly annotations: Labels
  readonly value: number
}

interface Active extends Named {
  /** When the condition became true. */
  readonly since: Millis
  readonly firing: boolean
  /** When the condition was first false again, while it goes on firing. */
  readonly heldSince: Millis | null
}

/**
 * Without a clock: told at each evaluation what the expression gave. An alert is pending from the first evaluation that has it,
 * fires once that was `for` ago, and one evaluation without it ends it, unless `keep_firing_for` holds a firing one.
 */
export class RuleStates {
  readonly #rule: AlertRule
  #active = new Map<string, Active>()

  constructor(rule: AlertRule) {
    this.#rule = rule
  }

  /** Throws `EvaluationFailure` when two alerts have the same labels; nothing has changed then. */
  evaluate(at: Millis, elements: readonly Element[]): readonly AlertChange[] {
    const found = this.#name(elements)
    const before = this.#active
    const held = [...before].flatMap(([key, old]) => {
      const next = found.has(key) ? null : this.#hold(old, at)
      return next ? [[key, next] as const] : []
    })
    this.#active = new Map([
      ...[...found].map(([key, now]) => [key, this.#next(now, before.get(key), at)] as const),
      ...held,
    ])
    const begun = [...this.#active].flatMap(([key, alert]) => {
      const old = before.get(key)
      return old?.firing === alert.firing ? [] : [this.#change(alert, alert.firing ? 'firing' : 'pending')]
    })
    const over = [...before].flatMap(([key, old]) => (this.#active.has(key) ? [] : [this.#over(old)]))
    return [...begun, ...over]
  }

  /** The rule is gone: what was active is over. */
  end(): readonly AlertChange[] {
    const changes = [...this.#active.values()].map((old) => this.#over(old))
    this.#active.clear()
    return changes
  }

  #name(elements: readonly Element[]): ReadonlyMap<string, Named> {
    const found = new Map<string, Named>()
    for (const {labels: full, value} of elements) {
      const series = withoutName(full)
      const own = render(this.#rule.labels, {labels: series, value})
      const labels = withoutEmpty({...series, ...own})
      const key = keyOf(labels)
      if (found.has(key))
        throw new EvaluationFailure(`the labels of the rule make two alerts of ${labelText(labels)}`)
      const annotations = render(this.#rule.annotations, {labels: series, value})
      found.set(key, {labels, annotations, value})
    }
    return found
  }

  #next(now: Named, old: Active | undefined, at: Millis): Active {
    const since = old?.since ?? at
    return {...now, since, firing: old?.firing === true || at - since >= this.#rule.for, heldSince: null}
  }

  #over(old: Active): AlertChange {
    return this.#change(old, old.firing ? 'resolved' : 'inactive')
  }

  #hold(old: Active, at: Millis): Active | null {
    if (!old.firing || this.#rule.keepFiringFor === 0) return null
    const heldSince = old.heldSince ?? at
    return at - heldSince < this.#rule.keepFiringFor ? {...old, heldSince} : null
  }

  #change({labels, annotations, value, since}: Active, state: AlertState): AlertChange {
    const shown = Number.isFinite(value) ? value : String(value)
    return {type: 'alert', rule: this.#rule.name, labels, state, since, value: shown, annotations}
  }
}

function render(
  templates: Readonly<Record<string, Template>>,
  values: {readonly labels: Labels; readonly value: number},
): Labels {
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [name, template.render(values)]),
  )
}

/** An empty label is none. */
function withoutEmpty(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''))
}
