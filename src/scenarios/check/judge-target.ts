/** From what was measured of one target to its verdict and the reason for it. Pure. */
import {type Condition, renderCondition} from '../../config/conditions/condition.ts'
import {type Expectation, evaluateExpectation} from '../../config/conditions/schema.ts'
import type {
  CheckMeasurement,
  CheckReason,
  CheckedExpectation,
  CheckedTarget,
} from '../../core/check-result.ts'
import {makeFailure} from '../../core/codes/index.ts'
import type {ProbeVerdict} from '../../core/probe-result.ts'
import type {Millis} from '../../core/units.ts'
import {isDecisive} from '../../probes/probe-fields.ts'
import {resultField} from '../../probes/result-field.ts'
import type {CheckTarget} from './check-spec.ts'

/** What the runner knows beside the measurement. */
export interface CheckCourse {
  readonly checks: number
  readonly took: Millis
  /** A signal ended it before all its samples were taken. */
  readonly interrupted: boolean
}

/**
 * A target passes when all its expectations are met and all its samples succeeded; an expectation about the outcome
 * itself (`ok`, `code`, `stage`, `category`, `loss`) takes the place of the latter. What can't be told is not met.
 */
export function judgeTarget(
  target: CheckTarget,
  result: CheckMeasurement,
  {checks, took, interrupted}: CheckCourse,
): CheckedTarget {
  const {name, url, tags, groups, place} = target
  const expectations = target.expectations.map((each): CheckedExpectation => {
    const {met, text} = evaluateExpectation(each.expectation, (field) => resultField(result, field))
    return {condition: renderExpectation(each.expectation), met, text, place: each.place}
  })
  const verdict = interrupted ? 'interrupted' : verdictOf(target, result, expectations)
  return {
    name,
    url: url.text,
    kind: url.kind,
    tags,
    groups,
    place,
    verdict,
    flaky: verdict === 'pass' && result.flaky,
    attempts: result.attempts,
    checks,
    took,
    reason: reasonOf(verdict, {target, result, expectations}),
    expectations,
    result,
  }
}

function verdictOf(
  {expectations: expected}: CheckTarget,
  result: CheckMeasurement,
  expectations: readonly CheckedExpectation[],
): ProbeVerdict {
  if (result.sent === 0) return 'skipped'
  const decided = expected.some(({expectation}) =>
    conditionsOf(expectation).some((one) => isDecisive(one.field)),
  )
  return expectations.every(({met}) => met === true) && (decided || result.ok) ? 'pass' : 'fail'
}

interface Judged {
  readonly target: CheckTarget
  readonly result: CheckMeasurement
  readonly expectations: readonly CheckedExpectation[]
}

function reasonOf(verdict: ProbeVerdict, {target, result, expectations}: Judged): CheckReason | null {
  const {place} = target
  if (verdict === 'pass') return null
  if (verdict === 'interrupted') {
    return {code: 'CANCELLED', text: 'interrupted before all its samples were taken', advice: [], place}
  }
  if (verdict === 'skipped') {
    const {code = 'CAPABILITY_MISSING', text = 'no sample was taken', advice = []} = result.skip ?? {}
    return {code, text, advice, place}
  }
  const unmet = expectations.filter(({met}) => met !== true)
  const at = unmet[0]?.place ?? place
  const {failure} = result
  const mismatch = makeFailure('EXPECT_MISMATCH', unmet.map(({text}) => text).join('; '))
  if (!failure) return {code: mismatch.code, text: mismatch.message, advice: mismatch.advice, place: at}
  // The failure explains why the figures are missing; what was expected instead is only of interest beside it.
  const asked = unmet.find(({met}) => met === false)
  const text = asked ? `${failure.message}; expected ${asked.condition}` : failure.message
  return {code: failure.code, text, advice: failure.advice, place: at}
}

function conditionsOf(expectation: Expectation): readonly Condition[] {
  return 'any' in expectation ? expectation.any : [expectation]
}

function renderExpectation(expectation: Expectation): string {
  const texts = conditionsOf(expectation).map(renderCondition)
  return 'any' in expectation ? `any of: ${texts.join('; ')}` : texts.join('')
}
