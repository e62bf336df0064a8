/** All rules. A new one is a file of its own, one line here and a fixture. */
import type {LintRule} from '../finding.ts'
import {alertUnreachable} from './alert-unreachable.ts'
import {attemptsUnreached} from './attempts-unreached.ts'
import {authentication} from './authentication.ts'
import {cadence} from './cadence.ts'
import {capUnreached} from './cap-unreached.ts'
import {deadlineCuts} from './deadline-cuts.ts'
import {endless} from './endless.ts'
import {healthDetection, healthFall, healthOverlap} from './health.ts'
import {multiplierIdle} from './multiplier-idle.ts'
import {noJitter} from './no-jitter.ts'
import {persistentFaster} from './persistent-faster.ts'
import {phaseUnreached} from './phase-unreached.ts'
import {resetNever} from './reset-never.ts'
import {resetOnSuccess} from './reset-on-success.ts'
import {sameSchedule} from './same-schedule.ts'
import {timeoutDefault} from './timeout-default.ts'
import {zeroWait} from './zero-wait.ts'

export const LINT_RULES: readonly LintRule[] = [
  zeroWait,
  authentication,
  noJitter,
  endless,
  deadlineCuts,
  phaseUnreached,
  persistentFaster,
  resetOnSuccess,
  resetNever,
  alertUnreachable,
  healthFall,
  healthOverlap,
  healthDetection,
  capUnreached,
  multiplierIdle,
  attemptsUnreached,
  cadence,
  timeoutDefault,
  sameSchedule,
]
