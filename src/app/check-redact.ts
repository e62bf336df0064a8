/** Keeps what came from the environment out of results and events, whatever they are rendered to. */
import type {CheckResult, CheckedTarget} from '../core/check-result.ts'
import {type Problem, UserError} from '../core/errors.ts'
import type {RunEvent} from '../core/events.ts'
import {createRedactor} from '../core/redact.ts'

export interface CheckRedactor {
  readonly text: (text: string) => string
  readonly result: (result: CheckResult) => CheckResult
  readonly target: (target: CheckedTarget) => CheckedTarget
  readonly event: (event: RunEvent) => RunEvent
  readonly error: (error: UserError) => UserError
}

/** Their values are words of ours: a secret that is spelled like one gives nothing away there. */
const OUR_WORDS: ReadonlySet<string> = new Set([
  'schema',
  'type',
  'kind',
  'verdict',
  'status',
  'code',
  'stage',
  'category',
  'blame',
  'retry',
  'level',
  'started',
  'version',
  'transport',
])

/** `anonymise` gives addresses other names as well; see `createAnonymiser`. */
export function checkRedactor(
  secrets: readonly string[],
  anonymise?: (text: string) => string,
): CheckRedactor {
  const known = createRedactor(secrets)
  const redact = anonymise === undefined ? known : (text: string): string => anonymise(known(text))
  const deep = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return OUR_WORDS.has(key) ? value : redact(value)
    if (Array.isArray(value)) return value.map((item) => deep(item, key))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [redact(name), deep(inner, name)]))
  }
  const clean =
    secrets.length === 0 && anonymise === undefined
      ? <T>(value: T): T => value
      : <T>(value: T): T => deep(value, '') as T
  return {
    text: redact,
    result: (result) => clean(result),
    target: (target) => clean(target),
    event: (event) => clean(event),
    error: (error) => new UserError(clean(error.problems) as readonly Problem[], error.exit),
  }
}
