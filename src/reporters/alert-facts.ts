/** What a watch has seen of its alerts, folded from their events. */
import type {AlertRuleInfo, AlertState} from '../core/alert-events.ts'
import type {RunEvent} from '../core/events.ts'
import type {Millis} from '../core/units.ts'

/** An alert that is pending or firing. */
export interface ActiveAlert {
  readonly rule: string
  readonly labels: Readonly<Record<string, string>>
  readonly state: Extract<AlertState, 'pending' | 'firing'>
  /** Since when the condition holds. */
  readonly since: Millis
  /** As of its last change of state. */
  readonly value: number | string
  readonly annotations: Readonly<Record<string, string>>
}

export class AlertFacts {
  readonly #rules = new Map<string, AlertRuleInfo>()
  readonly #active = new Map<string, ActiveAlert>()
  readonly #failures = new Map<string, string>()

  /** In the order of the documents. */
  rules(): readonly AlertRuleInfo[] {
    return [...this.#rules.values()]
  }

  /** In the order in which they came up. */
  active(): readonly ActiveAlert[] {
    return [...this.#active.values()]
  }

  /** Why a rule could not be evaluated, the last time that it couldn't. */
  failureOf(rule: string): string | null {
    return this.#failures.get(rule) ?? null
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'alert-rule-added':
        this.#rules.set(event.rule.name, event.rule)
        this.#failures.delete(event.rule.name)
        return
      case 'alert-rule-removed':
        this.#rules.delete(event.rule)
        for (const [key, {rule}] of this.#active) if (rule === event.rule) this.#active.delete(key)
        return
      case 'alert-rule-failed':
        this.#failures.set(event.rule, event.because)
        return
      case 'alert': {
        const {rule, labels, state, since, value, annotations} = event
        const key = JSON.stringify([rule, labels])
        this.#failures.delete(rule)
        if (state === 'pending' || state === 'firing')
          this.#active.set(key, {rule, labels, state, since, value, annotations})
        else this.#active.delete(key)
        return
      }
      default:
    }
  }
}
