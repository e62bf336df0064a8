/** Conditions against series, and the verdict of a drill. */
import {renderCondition} from '../config/conditions/condition.ts'
import {evaluateCondition} from '../config/conditions/evaluate.ts'
import {type Verdict, exitCodeOf, worstVerdict} from '../core/exit-codes.ts'
import {formatDuration} from '../core/units.ts'
import type {JudgedBudget} from './budgets.ts'
import type {DrillCondition, DrillTarget} from './drill-spec.ts'
import type {FaultSummary} from './drill-faults.ts'
import {fieldValue} from './fields.ts'
import type {DrillResult} from './runner.ts'
import type {SeriesByTarget} from './series.ts'
import type {Round} from './windows.ts'

export interface JudgedCondition {
  readonly text: string
  /** Null: the samples don't tell. */
  readonly met: boolean | null
  readonly actual: string
  /** The condition itself, for rules about its bound. */
  readonly source: DrillCondition
}

export interface Evidence {
  readonly series: SeriesByTarget
  readonly rounds: readonly Round[]
}

/** Judges each condition over the part of the drill it names. */
export function judgeConditions(
  conditions: readonly DrillCondition[],
  evidence: Evidence,
): readonly JudgedCondition[] {
  return conditions.map((source) => {
    const {condition, during} = source
    const series = evidence.series.get(condition.subject ?? '')
    const judged = evaluateCondition(condition, (field) =>
      series ? fieldValue(series, {field, during, rounds: evidence.rounds}) : undefined,
    )
    const actual = judged.text
      .slice(renderCondition(condition).length + 2)
      .replace('it is ∞', 'it never happened')
    return {text: source.text, met: judged.met, actual, source}
  })
}

interface Sampled extends Pick<DrillTarget, 'name' | 'interval'> {
  readonly group?: boolean
}

export interface DrillEvidence {
  readonly steady: readonly JudgedCondition[]
  readonly expectations: readonly JudgedCondition[]
  readonly budgets: readonly JudgedBudget[]
  /** And groups: how often each is sampled. */
  readonly targets: readonly Sampled[]
  readonly faults: readonly FaultSummary[]
  readonly aborted: string | null
  /** Of all targets: what was sent, and what could not be sent when its time had come. */
  readonly probes?: {readonly sent: number; readonly missed: number}
}

/**
 * The verdict with every reason for it; the worst one decides. Expectations are only judged when the baseline was
 * steady and every fault is proven: what was measured under a fault that wasn't real says nothing.
 */
export function judgeDrill(evidence: DrillEvidence): DrillResult {
  const findings = findingsOf(evidence)
  const verdict = worstVerdict(findings.map((finding) => finding.verdict))
  const reasons =
    verdict === 'pass'
      ? passReasons(evidence)
      : [
          ...findings.filter((one) => one.verdict === verdict).map((one) => one.reason),
          ...busyReasons(verdict, evidence),
        ]
  return {verdict, exit: exitCodeOf(verdict), reasons}
}

/** From this share on the machine, and not what is drilled, may be the reason. */
const BUSY_FROM = 0.1

function busyReasons(verdict: Verdict, {probes}: DrillEvidence): readonly string[] {
  if (!probes || (verdict !== 'inconclusive' && verdict !== 'fail')) return []
  const due = probes.sent + probes.missed
  if (due === 0 || probes.missed < due * BUSY_FROM) return []
  return [
    `this machine was too busy to look closely: ${probes.missed} of ${due} probes could not be sent in time`,
  ]
}

function findingsOf(evidence: DrillEvidence): readonly Finding[] {
  const leftovers = leftoverFindings(evidence.faults)
  if (evidence.aborted !== null) return [...leftovers, {verdict: 'aborted', reason: evidence.aborted}]
  const doubts = [...steadyFindings(evidence.steady), ...proofFindings(evidence.faults)]
  return [
    ...leftovers,
    ...(doubts.length > 0 ? doubts : [...expectationFindings(evidence), ...budgetFindings(evidence)]),
  ]
}

type Finding = {readonly verdict: Verdict; readonly reason: string}

function leftoverFindings(faults: readonly FaultSummary[]): readonly Finding[] {
  return faults
    .filter((fault) => fault.leftovers.length > 0)
    .map((fault) => ({
      verdict: 'leftovers',
      reason: `${fault.name} ${fault.unknown ? 'may have left' : 'left'} something behind: ${fault.leftovers.join('; ')}`,
    }))
}

function steadyFindings(steady: readonly JudgedCondition[]): readonly Finding[] {
  return steady
    .filter((one) => one.met !== true)
    .map((one) => ({
      verdict: 'inconclusive',
      reason: `DRILL_BASELINE: not steady before the fault: ${one.text} (${one.actual})`,
    }))
}

function expectationFindings({expectations, targets}: DrillEvidence): readonly Finding[] {
  return expectations.flatMap((one): readonly Finding[] => {
    if (one.met === false) return [{verdict: 'fail', reason: `${one.text} is not met: ${one.actual}`}]
    if (one.met === null)
      return [{verdict: 'inconclusive', reason: `${one.text} can't be judged: ${one.actual}`}]
    return intervalFinding(one, targets)
  })
}

const BOUNDED = new Set(['downtime', 'detection', 'recovery'])
/** A switch of paths is an event of our own, so the figures taken from it are exact. */
const BOUNDED_OF_GROUP = new Set(['downtime'])

/** Between two samples nobody looks: a bound is only judged when the interval is at most a tenth of it. */
function intervalFinding({text, source}: JudgedCondition, targets: readonly Sampled[]): readonly Finding[] {
  const {condition} = source
  const target = targets.find((one) => one.name === condition.subject)
  const bounded = target?.group === true ? BOUNDED_OF_GROUP : BOUNDED
  if (!target || !bounded.has(condition.field) || typeof condition.value !== 'number') return []
  if (condition.value === 0 || target.interval <= condition.value / 10) return []
  const interval = formatDuration(target.interval)
  const bound = formatDuration(condition.value)
  return [
    {
      verdict: 'inconclusive',
      reason: `DRILL_INTERVAL: ${text} can't be judged with samples every ${interval}; a bound of ${bound} needs ${formatDuration(condition.value / 10)} or less`,
    },
  ]
}

function budgetFindings({budgets, targets}: DrillEvidence): readonly Finding[] {
  return budgets.flatMap(({subject, text, met, actual, coarsest}): readonly Finding[] => {
    const name = `the budget ${subject}: ${text}`
    if (met === false) return [{verdict: 'fail', reason: `${name} is overspent: ${actual}`}]
    if (met === null) return [{verdict: 'inconclusive', reason: `${name} can't be judged: ${actual}`}]
    const interval = targets.find((one) => one.name === subject)?.interval ?? 0
    if (coarsest === null || interval <= coarsest) return []
    const reason = `DRILL_INTERVAL: ${name} can't be judged with samples every ${formatDuration(interval)}; it needs ${formatDuration(coarsest)} or less`
    return [{verdict: 'inconclusive', reason}]
  })
}

function proofFindings(faults: readonly FaultSummary[]): readonly Finding[] {
  return faults
    .filter((fault) => !fault.proven)
    .map((fault) => ({verdict: 'inconclusive', reason: unprovenReason(fault)}))
}

function unprovenReason(fault: FaultSummary): string {
  if (fault.failed !== null) return `FAULT_APPLY: ${fault.name} could not be put in place: ${fault.failed}`
  const bad = fault.proofs.filter((proof) => proof.verdict !== 'verified')
  if (bad.length === 0) return `FAULT_NO_EFFECT: nothing measured the effect of ${fault.name}`
  const lines = bad.map(
    (proof) => `${proof.what}: asked ${proof.asked}, measured ${proof.measured} (${proof.verdict})`,
  )
  return `FAULT_NO_EFFECT: ${fault.name} is not proven: ${lines.join('; ')}`
}

function passReasons({expectations, budgets, faults}: DrillEvidence): readonly string[] {
  const proven = faults.filter((fault) => fault.proven).length
  return [
    `${expectations.length} of ${expectations.length} expectations met`,
    ...(budgets.length === 0 ? [] : [`${budgets.length} of ${budgets.length} budgets kept`]),
    `${proven} of ${faults.length} faults proven`,
  ]
}
