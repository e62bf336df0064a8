/** An alert rule that was read: its expression is parsed and means series of netdrill. */
import type {AlertRuleInfo} from '../../core/alert-events.ts'
import type {Millis} from '../../core/units.ts'
import type {Expression} from '../promql/expression.ts'
import type {Template} from './template.ts'

export interface AlertRule {
  /** Unique among the rules of a watch. */
  readonly name: string
  /** As written. */
  readonly expr: string
  /** The same, parsed; its places count in `expr`. */
  readonly written: Expression
  /** With the series of netdrill in it. */
  readonly expression: Expression
  readonly for: Millis
  readonly keepFiringFor: Millis
  readonly labels: Readonly<Record<string, Template>>
  readonly annotations: Readonly<Record<string, Template>>
}

export interface AlertPlan {
  readonly rules: readonly AlertRule[]
  /** Between two evaluations. */
  readonly interval: Millis
}

export function ruleInfo({name, expr, for: pending, keepFiringFor, labels}: AlertRule): AlertRuleInfo {
  const texts = Object.entries(labels).map(([label, {text}]) => [label, text] as const)
  return {name, expr, for: pending, keepFiringFor, labels: Object.fromEntries(texts)}
}

/** Two rules with the same text go on with the same state. */
export function ruleKey(rule: AlertRule): string {
  const texts = (templates: AlertRule['labels']): unknown =>
    Object.entries(templates).map(([name, {text}]) => [name, text])
  return JSON.stringify([ruleInfo(rule), texts(rule.annotations)])
}
