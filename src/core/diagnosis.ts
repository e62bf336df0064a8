/** What `diagnose` found out: what `diagnose --json` prints and the text folds. Names are a contract. */
import type {FailureCode, FindingCode} from './codes/index.ts'
import type {ExitCode} from './exit-codes.ts'
import type {Blame} from './failure.ts'
import type {Millis} from './units.ts'

/** The layers in the order in which a connection needs them; the last ones depend on the target's kind. */
export const DIAGNOSIS_LAYERS = [
  'link',
  'route',
  'gateway',
  'resolver',
  'name',
  'ping',
  'mtu',
  'tcp',
  'tls',
  'http',
  'dns',
  'service',
] as const
export type DiagnosisLayer = (typeof DIAGNOSIS_LAYERS)[number]

/**
 * `ok`, `warning` (works, but not all of it) and `failed` were measured. `skipped`: not reached, or not needed.
 * `unseen`: this user or machine could not look; `text` says why.
 */
export const STEP_STATES = ['ok', 'warning', 'failed', 'skipped', 'unseen'] as const
export type StepState = (typeof STEP_STATES)[number]

/** One layer of the walk, with its figures in one line. */
export interface DiagnosisStep {
  readonly layer: DiagnosisLayer
  readonly status: StepState
  readonly text: string
  /** The quickest measurement of the layer that succeeded, in milliseconds. */
  readonly ms: Millis | null
}

export type DiagnosisCode = FailureCode | FindingCode

export interface DiagnosisFinding {
  readonly code: DiagnosisCode
  readonly title: string
  readonly layer: DiagnosisLayer
  /** Whose fault it most likely is, by the evidence of this walk. */
  readonly blame: Blame
  /** What is wrong, in one sentence. */
  readonly text: string
  /** What was measured. */
  readonly evidence: readonly string[]
  /** What to do, most helpful first; most are commands. */
  readonly next: readonly string[]
}

/** Something that was seen, but only because of another finding. */
export interface SuppressedFinding {
  readonly code: DiagnosisCode
  readonly layer: DiagnosisLayer
  readonly text: string
  readonly because_of: DiagnosisCode
}

export const DIAGNOSIS_VERDICTS = ['nothing_wrong', 'cause_found', 'inconclusive', 'interrupted'] as const
export type DiagnosisVerdict = (typeof DIAGNOSIS_VERDICTS)[number]

/** Another target that was probed for comparison. */
export interface DiagnosisControl {
  readonly target: string
  readonly ok: boolean
  readonly code: string | null
  readonly ms: Millis | null
}

export interface Diagnosis {
  readonly schema: 'netdrill/diagnosis/1'
  readonly version: string
  readonly target: string
  /** Wall clock at the start, ISO 8601: a label. */
  readonly started: string
  readonly duration_ms: Millis
  readonly verdict: DiagnosisVerdict
  readonly exit: ExitCode
  /** The one cause; null when nothing is wrong or nothing can be proven. */
  readonly cause: DiagnosisFinding | null
  /** Layers that were measured and passed. */
  readonly not: readonly DiagnosisLayer[]
  /** Further trouble that is no consequence of the cause. */
  readonly warnings: readonly DiagnosisFinding[]
  readonly suppressed: readonly SuppressedFinding[]
  readonly steps: readonly DiagnosisStep[]
  readonly controls: readonly DiagnosisControl[]
  /** What could not be looked at, and why. */
  readonly unseen: readonly string[]
  /** Why nothing can be said; null unless the verdict is `inconclusive`. */
  readonly inconclusive: string | null
}
