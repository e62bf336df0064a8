/** The taxonomy as data: every code netdrill can print, in one place. */
import type {Failure, Stage} from '../failure.ts'
import {stripControl} from '../text.ts'
import {DATAGRAM_FAILURES} from './datagram.ts'
import {DNS_FAILURES} from './dns.ts'
import type {FailureEntry} from './entry.ts'
import {FINDINGS} from './findings.ts'
import {HTTP_FAILURES} from './http.ts'
import {LOCAL_FAILURES} from './local.ts'
import {MPTCP_FAILURES} from './mptcp.ts'
import {NETWORK_FAILURES} from './network.ts'
import {NOTIFY_FAILURES} from './notify.ts'
import {PROBLEMS} from './problems.ts'
import {STARTTLS_FAILURES} from './starttls.ts'
import {STREAM_FAILURES} from './stream.ts'
import {TLS_FAILURES} from './tls.ts'
import {TURN_FAILURES} from './turn.ts'
import {WEBSOCKET_FAILURES} from './websocket.ts'

export type FailureCode =
  | keyof typeof NETWORK_FAILURES
  | keyof typeof LOCAL_FAILURES
  | keyof typeof DNS_FAILURES
  | keyof typeof STARTTLS_FAILURES
  | keyof typeof TLS_FAILURES
  | keyof typeof HTTP_FAILURES
  | keyof typeof DATAGRAM_FAILURES
  | keyof typeof MPTCP_FAILURES
  | keyof typeof NOTIFY_FAILURES
  | keyof typeof WEBSOCKET_FAILURES
  | keyof typeof STREAM_FAILURES
  | keyof typeof TURN_FAILURES
/** Causes that `diagnose` concludes from several measurements. */
export type FindingCode = keyof typeof FINDINGS
export type ProblemCode = keyof typeof PROBLEMS

export const FAILURES: Readonly<Record<FailureCode, FailureEntry>> = {
  ...NETWORK_FAILURES,
  ...LOCAL_FAILURES,
  ...DNS_FAILURES,
  ...STARTTLS_FAILURES,
  ...TLS_FAILURES,
  ...HTTP_FAILURES,
  ...DATAGRAM_FAILURES,
  ...MPTCP_FAILURES,
  ...NOTIFY_FAILURES,
  ...WEBSOCKET_FAILURES,
  ...STREAM_FAILURES,
  ...TURN_FAILURES,
}

export {FINDINGS, PROBLEMS}

export interface FailureDetails {
  /** Where it happened, if not at the code's usual stage. */
  readonly stage?: Stage
  /** The code of the operating system or library. */
  readonly cause?: string
  /** Advice for this very case, put before the table's. */
  readonly advice?: readonly string[]
}

/** Makes a failure of `code`; the table decides category, blame and retry class. Control characters are removed. */
export function makeFailure(code: FailureCode, message: string, details: FailureDetails = {}): Failure {
  const entry = FAILURES[code]
  return {
    code,
    stage: details.stage ?? entry.stage,
    category: entry.category,
    detail: entry.detail,
    blame: entry.blame,
    retry: entry.retry,
    message: stripControl(message),
    advice: [...(details.advice ?? []), ...entry.advice],
    ...(details.cause === undefined ? {} : {cause: details.cause}),
  }
}

export function isFailureCode(text: string): text is FailureCode {
  return Object.hasOwn(FAILURES, text)
}
