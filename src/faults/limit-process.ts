/** What the kinds have in common that lower a limit of a process: `files` and `memory`. */
import {UserError} from '../core/errors.ts'
import {ENDED_BY_GUARD} from './guard-warning.ts'
import {type Limit, type LimitName, limitStep} from './process-limits.ts'
import type {ProcessFacts} from './sight.ts'
import type {Blueprint} from './situation.ts'

/** Throws USAGE_INVALID. */
export function refuseSpareAndMax({spare, max}: {readonly spare?: unknown; readonly max?: unknown}): void {
  if (spare === undefined || max === undefined) return
  throw new UserError({code: 'USAGE_INVALID', message: 'say either spare or max'})
}

export interface LoweredLimit {
  readonly process: ProcessFacts
  readonly limit: LimitName
  readonly before: Limit
  readonly during: number
  /** What is counted, in the words of the step. */
  readonly unit: string
}

interface LimitWords {
  /** What follows the name of the process. */
  readonly may: string
  readonly warnings: readonly string[]
  /** What a program feels. */
  readonly felt: string
}

export function planLimit(
  {process, limit, before, during, unit}: LoweredLimit,
  {may, warnings, felt}: LimitWords,
): Blueprint {
  const {who, words} = process
  const name = `process ${who.pid} (${words[0] ?? ''})`
  const trace = {type: 'limit', who, limit, before, during: String(during)} as const
  return {
    backend: 'prlimit',
    because: 'the kernel keeps a limit for each process, which others may move',
    words: `${name} ${may}`,
    effect: {},
    warnings: [ENDED_BY_GUARD, ...warnings],
    notes: [
      felt,
      'what it starts meanwhile inherits the limit and keeps it; what it had started before is not hit',
    ],
    act: {
      steps: [
        limitStep(
          trace,
          `process ${who.pid} is limited to ${during} ${unit}`,
          'the soft limit moves and the hard one stays, so that it can be put back without further rights',
        ),
      ],
      hit: [`hit: ${name}: ${words.join(' ').slice(0, 120)}`, 'not hit: every other process'],
      trace,
    },
  }
}
