/** From the `alerts` sections of documents to rules that can be evaluated. */
import type {LoadedDocument, Path} from '../../config/load.ts'
import type {Place} from '../../config/source.ts'
import {type ParseExpression, loadPromql} from '../../config/promql/parse.ts'
import {type Position, type Problem, UserError, isUserError} from '../../core/errors.ts'
import {type Millis, parseDuration} from '../../core/units.ts'
import {suggest} from '../../core/text.ts'
import {ExpressionMistake, type Span, selectorsOf} from '../promql/expression.ts'
import {type KnownMetric, useOwnSeries} from './own-series.ts'
import {ALERT_PRESETS} from './presets.ts'
import type {AlertPlan, AlertRule} from './rule.ts'
import type {AlertEntry, AlertsDocument} from './schema.ts'
import {TEMPLATE_ADVICE, type Template, TemplateMistake, parseTemplate} from './template.ts'

/** What of a document the rules are read from. */
export interface AlertSource extends Pick<LoadedDocument<unknown>, 'positionOf'> {
  readonly alerts: AlertsDocument
}

export interface KnownNames {
  readonly metrics: readonly KnownMetric[]
  /** Of all targets that a rule may name. */
  readonly targets: readonly string[]
}

const DEFAULT_INTERVAL: Millis = 5000

/** Throws a `UserError` with every mistake of all rules, each at its place. Documents without alerts cost nothing. */
export async function readAlerts(sources: readonly AlertSource[], known: KnownNames): Promise<AlertPlan> {
  if (sources.length === 0) return {rules: [], interval: DEFAULT_INTERVAL}
  const parse = await loadPromql()
  const problems: Problem[] = []
  const names = new Set<string>()
  const rules = sources.flatMap(({alerts, positionOf}) =>
    entriesOf(alerts).flatMap(({entry, path}) => {
      const reader = {
        parse,
        known,
        at: (inner: Path, place?: Place) => positionOf([...path, ...inner], place),
      }
      try {
        return readEntry(entry, reader).map((rule) => unique(rule, names, reader))
      } catch (error) {
        if (!isUserError(error)) throw error
        problems.push(...error.problems)
        return []
      }
    }),
  )
  if (problems.length > 0) throw new UserError(problems)
  const intervals = sources.flatMap(({alerts}) =>
    'rules' in alerts ? [alerts.interval ?? DEFAULT_INTERVAL] : [],
  )
  return {rules, interval: intervals.length > 0 ? Math.min(...intervals) : DEFAULT_INTERVAL}
}

interface Written {
  readonly entry: AlertEntry
  readonly path: Path
}

export function entriesOf(alerts: AlertsDocument): readonly Written[] {
  if (!('rules' in alerts)) return alerts.map((entry, index) => ({entry, path: ['alerts', index]}))
  return alerts.rules.map((entry, index) => ({entry, path: ['alerts', 'rules', index]}))
}

interface Reader {
  readonly parse: ParseExpression
  readonly known: KnownNames
  readonly at: (path: Path, place?: Place) => Position
}

function readEntry(entry: AlertEntry, reader: Reader): readonly AlertRule[] {
  if (entry.preset === undefined) return [readRule(entry, reader)]
  return ALERT_PRESETS[entry.preset].map(({name, condition, severity, for: held, summary}) => {
    const pending = held === undefined ? undefined : parseDuration(held)
    return readRule(
      {name, condition, severity, for: pending?.ok ? pending.value : undefined, annotations: {summary}},
      reader,
    )
  })
}

function readRule(entry: AlertEntry, reader: Reader): AlertRule {
  const expr = entry.condition ?? entry.expr ?? ''
  const key = entry.condition === undefined ? 'expr' : 'condition'
  const severity = entry.severity === undefined ? {} : {severity: entry.severity}
  return {
    name: entry.name ?? entry.alert ?? '',
    expr,
    ...readExpression(expr, key, reader),
    for: entry.for ?? 0,
    keepFiringFor: entry.keep_firing_for ?? 0,
    labels: {
      ...readTemplates(severity, ['severity'], reader),
      ...readTemplates(entry.labels ?? {}, ['labels'], reader),
    },
    annotations: readTemplates(entry.annotations ?? {}, ['annotations'], reader),
  }
}

function readExpression(
  expr: string,
  key: string,
  {parse, known, at}: Reader,
): Pick<AlertRule, 'written' | 'expression'> {
  try {
    const written = parse(expr)
    const expression = useOwnSeries(written, known.metrics)
    checkAlert(expression)
    checkTargets(expression, known.targets)
    return {written, expression}
  } catch (error) {
    if (!(error instanceof ExpressionMistake)) throw error
    const {message, advice, span} = error
    throw new UserError({code: 'CONFIG_EXPRESSION', message, advice, position: at([key], placeOf(span))})
  }
}

function placeOf({from, to}: Span): Place {
  return {at: from, length: Math.max(1, to - from)}
}

/** A number is always there, so it would fire for ever. */
function checkAlert(expression: AlertRule['expression']): void {
  const isNumber = selectorsOf(expression).length === 0
  if (!isNumber) return
  throw new ExpressionMistake(
    'this names no series, so the alert would always or never fire',
    expression.span,
    ['compare a series: metric > 1'],
  )
}

/** A rule for a target that isn't there can never fire. */
function checkTargets(expression: AlertRule['expression'], targets: readonly string[]): void {
  for (const {vector} of selectorsOf(expression)) {
    for (const {label, op, value, span} of vector.matchers) {
      if (label !== 'target' || op !== '=' || value === '' || targets.includes(value)) continue
      const near = suggest(value, targets)
      throw new ExpressionMistake(`there is no target "${value}"`, span, [
        near === null ? `targets: ${targets.slice(0, 10).join(', ')}` : `did you mean "${near}"?`,
      ])
    }
  }
}

function readTemplates(
  texts: Readonly<Record<string, string>>,
  path: Path,
  {at}: Reader,
): Readonly<Record<string, Template>> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      try {
        return [name, parseTemplate(text)]
      } catch (error) {
        if (!(error instanceof TemplateMistake)) throw error
        const {message, at: from, length} = error
        const position = at(path[0] === 'severity' ? path : [...path, name], {at: from, length})
        throw new UserError({code: 'CONFIG_EXPRESSION', message, advice: [TEMPLATE_ADVICE], position})
      }
    }),
  )
}

/** States and reloads know a rule by its name. */
function unique(rule: AlertRule, names: Set<string>, {at}: Reader): AlertRule {
  if (names.has(rule.name)) {
    throw new UserError({
      code: 'CONFIG_INVALID',
      message: `there are two alerts called ${rule.name}`,
      position: at([]),
      advice: ['give one of them another name'],
    })
  }
  names.add(rule.name)
  return rule
}
