/** From what was measured to the document that `diagnose` prints. Pure. */
import type {
  Diagnosis,
  DiagnosisControl,
  DiagnosisFinding,
  DiagnosisLayer,
  DiagnosisStep,
  DiagnosisVerdict,
} from '../core/diagnosis.ts'
import {EXIT, type ExitCode} from '../core/exit-codes.ts'
import {stripControl} from '../core/text.ts'
import {judge} from './judge.ts'
import {describeSteps} from './ladder.ts'
import type {ControlSeen, Observed} from './observed.ts'
import {failureOf, works} from './reach.ts'
import type {Finding} from './rule.ts'

export interface DiagnosisFrame {
  readonly version: string
  /** ISO 8601. */
  readonly started: string
  readonly duration: number
  /** The exit code of the signal that ended the walk; null when none did. */
  readonly interrupted: ExitCode | null
}

/** Advice beyond this is in `explain CODE`. */
const MOST_ADVICE = 4

export function concludeDiagnosis(observed: Observed, frame: DiagnosisFrame): Diagnosis {
  const {cause, others, suppressed} = judge(observed)
  const steps = describeSteps(observed)
  const open = cause ? null : whatIsOpen(observed)
  const verdict = verdictOf(cause, open, frame.interrupted)
  const isOver = verdict === 'interrupted'
  return {
    schema: 'netdrill/diagnosis/1',
    version: frame.version,
    target: observed.target.text,
    started: frame.started,
    duration_ms: round(frame.duration),
    verdict,
    exit: isOver ? (frame.interrupted ?? EXIT.interrupted) : EXIT_OF[verdict],
    cause: isOver || !cause ? null : publish(cause),
    not: passed(steps, cause),
    warnings: others.map(publish),
    suppressed,
    steps: steps.map(cleanStep),
    controls: observed.controls.map(controlOf),
    unseen: observed.unseen.map(stripControl),
    inconclusive: verdict === 'inconclusive' ? open : null,
  }
}

const EXIT_OF: Readonly<Record<Exclude<DiagnosisVerdict, 'interrupted'>, ExitCode>> = {
  nothing_wrong: EXIT.pass,
  cause_found: EXIT.fail,
  inconclusive: EXIT.inconclusive,
}

function verdictOf(
  cause: Finding | null,
  open: string | null,
  interrupted: ExitCode | null,
): DiagnosisVerdict {
  if (interrupted !== null) return 'interrupted'
  if (cause) return 'cause_found'
  return open === null ? 'nothing_wrong' : 'inconclusive'
}

/** Why the last layer is not proven to work though no rule found anything; null when it is. */
function whatIsOpen(observed: Observed): string | null {
  const {target, addresses, service, cut} = observed
  const late = cut ? 'the time was over before the last layer was measured: give more with --timeout' : null
  if (target.kind === 'ping' || target.kind === 'tcp') {
    if (addresses.some((walk) => works(observed, walk) === true)) return null
    const unseen = observed.unseen.at(-1)
    return (
      late ??
      (unseen === undefined
        ? 'no measurement of the target succeeded or failed'
        : `not possible here: ${unseen}`)
    )
  }
  const last = target.kind === 'tls' ? service?.tls : target.kind === 'http' ? service?.http : service?.other
  if (last?.status === 'ok') return null
  if (last?.status === 'skipped') return last.because.text
  return late ?? 'the last layer was not measured'
}

function passed(steps: readonly DiagnosisStep[], cause: Finding | null): readonly DiagnosisLayer[] {
  return steps.filter(({status, layer}) => status === 'ok' && layer !== cause?.layer).map(({layer}) => layer)
}

function publish({code, title, layer, blame, text, evidence, next}: Finding): DiagnosisFinding {
  const unique = (list: readonly string[]): readonly string[] => [...new Set(list.map(stripControl))]
  return {
    code,
    title,
    layer,
    blame,
    text: stripControl(text),
    evidence: unique(evidence),
    next: unique(next).slice(0, MOST_ADVICE),
  }
}

function cleanStep(step: DiagnosisStep): DiagnosisStep {
  return {...step, text: stripControl(step.text), ms: step.ms === null ? null : round(step.ms)}
}

function controlOf({target, outcome}: ControlSeen): DiagnosisControl {
  const ms = outcome.status === 'ok' ? round(outcome.reading.rtt ?? outcome.took) : null
  return {target, ok: outcome.status === 'ok', code: failureOf(outcome)?.code ?? null, ms}
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
