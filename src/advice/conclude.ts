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
import type {Outcome} from '../core/outcome.ts'
import {stripControl} from '../core/text.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import {judge} from './judge.ts'
import {describeSteps} from './ladder.ts'
import type {ControlSeen, Observed} from './observed.ts'
import {failureOf, outwardLinks, works} from './reach.ts'
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
  const judgement = judge(observed)
  const {others, suppressed} = judgement
  const doubt = whyDoubtful(observed, judgement.cause)
  const cause = doubt === null ? judgement.cause : null
  const steps = describeSteps(observed)
  const open = doubt ?? (cause ? null : whatIsOpen(observed))
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
    cause: isOver || !cause ? null : publish(cause, observed),
    not: passed(steps, cause),
    warnings: others.map((each) => publish(each, observed)),
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

/** Silence that this process itself may have slept through. */
const OWN_SILENCE =
  /_TIMEOUT$|_SILENT$|^PORT_FILTERED$|^RESOLVER_PARTIAL$|_BROKEN$|^ADDRESS_DEAD$|^MTU_|^SERVER_SLOW$/
const MOST_STALL: Millis = 1000

function whyDoubtful({stalled}: Observed, cause: Finding | null): string | null {
  if (stalled < MOST_STALL || !cause || !OWN_SILENCE.test(cause.code)) return null
  return `${cause.code} was seen, but this process was not scheduled for ${formatDuration(Math.round(stalled))} meanwhile: lower the load and try again`
}

/** Why the last layer is not proven to work though no rule found anything; null when it is. */
function whatIsOpen(observed: Observed): string | null {
  const {addresses, cut} = observed
  const last = lastOutcome(observed)
  const isReached =
    last === undefined ? addresses.some((walk) => works(observed, walk) === true) : last?.status === 'ok'
  if (isReached) return null
  if (cut) return 'the time was over before the last layer was measured: give more with --timeout'
  if (last?.status === 'skipped') return last.because.text
  const unseen = observed.unseen.at(-1)
  return unseen === undefined ? 'the last layer was not measured' : `not possible here: ${unseen}`
}

/** Of the layer that proves the target to work; undefined where the walk to each address is the proof. */
function lastOutcome({target, service}: Observed): Outcome | null | undefined {
  switch (target.kind) {
    case 'ping':
    case 'tcp':
      return undefined
    case 'tls':
      return service?.tls ?? null
    case 'http':
      return service?.http ?? null
    default:
      return service?.other ?? null
  }
}

function passed(steps: readonly DiagnosisStep[], cause: Finding | null): readonly DiagnosisLayer[] {
  return steps.filter(({status, layer}) => status === 'ok' && layer !== cause?.layer).map(({layer}) => layer)
}

function publish(finding: Finding, observed: Observed): DiagnosisFinding {
  const {code, title, layer, blame, text, evidence, next} = finding
  const unique = (list: readonly string[]): readonly string[] => [...new Set(list.map(stripControl))]
  return {
    code,
    title,
    layer,
    blame,
    text: stripControl(text),
    evidence: unique(evidence),
    next: unique(next.map((line) => fillIn(line, finding, observed))).slice(0, MOST_ADVICE),
  }
}

/** General advice becomes a command that can be copied, where the walk knows what belongs there. */
function fillIn(line: string, {addresses: about}: Finding, observed: Observed): string {
  const address = about?.[0] ?? observed.addresses[0]?.address
  const words = {ADDRESS: address, DEVICE: deviceOf(observed, address), NAME: observed.names?.host}
  return line.replaceAll(/\b(ADDRESS|DEVICE|NAME)\b/g, (word) => words[word as keyof typeof words] ?? word)
}

function deviceOf({addresses, links}: Observed, address: string | undefined): string | undefined {
  const route = addresses.find((walk) => walk.address === address)?.route
  return route?.status === 'found' ? route.device : outwardLinks(links ?? [])[0]?.name
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
