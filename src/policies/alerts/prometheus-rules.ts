/** The alerts of documents as a rule file for Prometheus. */
import {writeDuration} from '../../config/promql/literals.ts'
import {SINCE_SUCCESS, exportText, usesSinceSuccess} from './own-series.ts'
import type {AlertPlan, AlertRule} from './rule.ts'

/** The rule file as data. `time_since_last_success` is recorded first, where a rule uses it; series have netdrill's names. */
export function prometheusRules({rules, interval}: AlertPlan): object {
  const recorded = rules.some(({written}) => usesSinceSuccess(written))
    ? [{record: SINCE_SUCCESS, expr: 'time() - netdrill_last_success_timestamp_seconds'}]
    : []
  return {
    groups: [
      {name: 'netdrill', interval: writeDuration(interval), rules: [...recorded, ...rules.map(alertRule)]},
    ],
  }
}

function alertRule(rule: AlertRule): object {
  return {
    alert: rule.name,
    expr: exportText(rule.expr, rule.written),
    ...(rule.for > 0 ? {for: writeDuration(rule.for)} : {}),
    ...(rule.keepFiringFor > 0 ? {keep_firing_for: writeDuration(rule.keepFiringFor)} : {}),
    ...texts('labels', rule.labels),
    ...texts('annotations', rule.annotations),
  }
}

function texts(key: string, templates: AlertRule['labels']): object {
  const entries = Object.entries(templates).map(([name, {text}]) => [name, text] as const)
  return entries.length === 0 ? {} : {[key]: Object.fromEntries(entries)}
}
