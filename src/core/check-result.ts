/** The result of checking documents: what `check --json` prints and every check reporter folds. Names are a contract. */
import type {ExitCode, Verdict} from './exit-codes.ts'
import type {ExpectationResult, ProbeResult, ProbeVerdict} from './probe-result.ts'
import type {Millis} from './units.ts'

/** Where something of a target was written; counts from 1. */
export interface CheckPlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface CheckedExpectation extends ExpectationResult {
  readonly place: CheckPlace
}

/** Why a target did not pass, in one place for all outputs. */
export interface CheckReason {
  /** A failure code, or why a sample was skipped. */
  readonly code: string
  readonly text: string
  readonly advice: readonly string[]
  /** The condition that was not met, or the target itself. */
  readonly place: CheckPlace
}

/** What was measured, without the verdict that a probe command would add. */
export type CheckMeasurement = Omit<ProbeResult, 'expectations' | 'interrupted' | 'verdict' | 'exit'>

export interface CheckedTarget {
  /** As in the document; with its file in front when several documents use the same name. */
  readonly name: string
  readonly url: string
  readonly kind: string
  readonly tags: readonly string[]
  /** Those that it is judged with: its own failure counts there only. */
  readonly groups: readonly string[]
  readonly place: CheckPlace
  /** `skipped`: nothing could be measured; `interrupted`: a signal came first. */
  readonly verdict: ProbeVerdict
  /** Passed, but only after a retry. */
  readonly flaky: boolean
  readonly attempts: number
  /** How often it was probed; more than once only with --wait. */
  readonly checks: number
  /** From its first probe to its last, waits between them included. */
  readonly took: Millis
  /** Null when it passed. */
  readonly reason: CheckReason | null
  readonly expectations: readonly CheckedExpectation[]
  readonly result: CheckMeasurement
}

/** Targets of which so many have to pass. */
export interface CheckedGroup {
  readonly name: string
  readonly place: CheckPlace
  /** Names of targets, in the order of the document. */
  readonly members: readonly string[]
  readonly needed: number
  readonly passed: number
  /** `skipped`: what was not measured would decide; `interrupted`: a signal came first. */
  readonly verdict: ProbeVerdict
  /** Null when it passed. */
  readonly reason: CheckReason | null
}

export interface CheckCounts {
  readonly targets: number
  readonly passed: number
  readonly failed: number
  /** Failed as members of groups: the groups decide. */
  readonly down: number
  readonly skipped: number
  readonly interrupted: number
  /** Among the passed. */
  readonly flaky: number
  readonly groups: number
  readonly groups_failed: number
}

export interface CheckResult {
  readonly schema: 'netdrill/check/1'
  readonly version: string
  /** The documents in the order they were given; `-` is standard input. */
  readonly files: readonly string[]
  /** Wall clock at the start, ISO 8601: a label. */
  readonly started: string
  readonly duration: Millis
  readonly seed: number
  readonly verdict: Verdict
  readonly exit: ExitCode
  readonly interrupted: boolean
  readonly counts: CheckCounts
  /** In the order of the documents. */
  readonly targets: readonly CheckedTarget[]
  readonly groups: readonly CheckedGroup[]
}
