/** From what was measured to a verdict and an exit code. */
import type {Condition} from '../config/conditions/condition.ts'
import {renderCondition} from '../config/conditions/condition.ts'
import {evaluateCondition} from '../config/conditions/evaluate.ts'
import {parseCondition} from '../config/conditions/parse.ts'
import {makeFailure} from '../core/codes/index.ts'
import {UserError} from '../core/errors.ts'
import {EXIT, exitCodeOfSignal} from '../core/exit-codes.ts'
import type {ExpectationResult, ProbeResult, ProbeVerdict} from '../core/probe-result.ts'
import type {ProbeKind} from '../core/target.ts'
import {fieldsOf, hasField, isDecisive} from '../probes/probe-fields.ts'
import {resultField} from '../probes/result-field.ts'
import type {Measured} from '../probes/summary.ts'
import {NAGIOS_EXIT, nagiosStatus} from '../reporters/probe-nagios.ts'

export const EXIT_STYLES = ['netdrill', 'nagios', 'ping'] as const
export type ExitStyle = (typeof EXIT_STYLES)[number]

/** Reads the conditions given with --expect; throws `CONFIG_CONDITION`, also for a field that this kind never has. */
export function readExpectations(kind: ProbeKind, texts: readonly string[]): readonly Condition[] {
  return texts.map((text) => {
    const condition = parseCondition(text, {from: '--expect'})
    if (hasField(kind, condition.field)) return condition
    const column = text.indexOf(condition.field) + 1
    throw new UserError({
      code: 'CONFIG_CONDITION',
      message: `a ${kind} probe has no ${condition.field}`,
      position: {file: '--expect', line: 1, column, source: text, length: condition.field.length},
      advice: [`it has ${fieldsOf(kind)}`],
    })
  })
}

export interface Ending {
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | null
  readonly style: ExitStyle
}

/** Judges the whole run. */
export function judgeProbe(
  measured: Measured,
  conditions: readonly Condition[],
  ending: Ending,
): ProbeResult {
  const expectations = conditions.map((condition) => judgeOne(measured, condition))
  const interrupted = ending.signal !== null
  const verdict = verdictOf(measured, conditions, expectations, interrupted)
  const result: ProbeResult = {
    ...measured,
    ...mismatch(measured, expectations, verdict),
    expectations,
    interrupted,
    verdict,
    exit: 0,
  }
  return {...result, exit: exitOf(result, ending)}
}

function judgeOne(measured: Measured, condition: Condition): ExpectationResult {
  const {met, text} = evaluateCondition(condition, (field) => resultField(measured, field))
  return {condition: renderCondition(condition), met, text}
}

function verdictOf(
  measured: Measured,
  conditions: readonly Condition[],
  expectations: readonly ExpectationResult[],
  interrupted: boolean,
): ProbeVerdict {
  if (interrupted) return 'interrupted'
  if (measured.sent === 0) return 'skipped'
  const decided = conditions.some(({field}) => isDecisive(field))
  const met = expectations.every((expectation) => expectation.met === true)
  return met && (decided || measured.ok) ? 'pass' : 'fail'
}

/** An unmet condition is a failure of its own, where nothing else failed. */
function mismatch(
  measured: Measured,
  expectations: readonly ExpectationResult[],
  verdict: ProbeVerdict,
): Partial<Measured> {
  const unmet = expectations.filter(({met}) => met !== true)
  if (verdict !== 'fail' || measured.failure || unmet.length === 0) return {}
  const failure = makeFailure('EXPECT_MISMATCH', unmet.map(({text}) => text).join('; '))
  const {code, stage, category, blame} = failure
  return {failure, code, stage, category, blame}
}

function exitOf(result: ProbeResult, {signal, style}: Ending): number {
  // A supervisor that ends us wants to see that, whatever the style.
  if (signal !== null && style === 'netdrill') return exitCodeOfSignal(signal)
  if (style === 'nagios') return NAGIOS_EXIT[nagiosStatus(result)]
  if (style === 'ping') return pingExit(result)
  if (result.verdict === 'skipped') return isCapability(result) ? EXIT.capability : EXIT.inconclusive
  return result.verdict === 'pass' ? EXIT.pass : EXIT.fail
}

/** As ping(8): 0 for any reply, 1 for none, 2 for everything that kept it from asking. */
function pingExit(result: ProbeResult): number {
  if (result.expectations.some(({met}) => met !== true)) return 1
  if (result.received > 0) return 0
  return result.sent === 0 || result.stage === 'resolve' ? 2 : 1
}

function isCapability({skip}: ProbeResult): boolean {
  return skip?.code === 'CAPABILITY_MISSING'
}
