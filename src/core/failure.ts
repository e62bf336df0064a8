/** What went wrong, in words that stay the same from release to release. */
import type {FailureCode} from './codes/index.ts'

/** Where on the way to the answer it went wrong, in the order of the steps. */
export const STAGES = ['resolve', 'route', 'connect', 'tls', 'send', 'receive', 'assert'] as const
export type Stage = (typeof STAGES)[number]

/** What kind of trouble it is: the key by which a policy chooses its strategy. */
export const CATEGORIES = [
  'network',
  'authentication',
  'protocol',
  'resource',
  'path',
  'config',
  'observer',
  'cancelled',
] as const
export type Category = (typeof CATEGORIES)[number]

/** Whose fault it most likely is. */
export const BLAMES = ['target', 'path', 'resolver', 'local', 'usage', 'bug'] as const
export type Blame = (typeof BLAMES)[number]

/**
 * How a retry engine may treat it: climb the `ladder`; try a `fallback` first; `backoff` for longer;
 * `once` after a refresh; `never` (alert a person); `config` (fix the configuration).
 */
export type RetryClass = 'ladder' | 'fallback' | 'backoff' | 'once' | 'never' | 'config'

/** One failure of one sample. Made by `makeFailure`, so that the table decides everything but the message. */
export interface Failure {
  readonly code: FailureCode
  readonly stage: Stage
  readonly category: Category
  /** The finer kind inside the category, such as `refused` or `certificate`. */
  readonly detail: string
  readonly blame: Blame
  readonly retry: RetryClass
  /** What was seen, with its figures; control characters already removed. */
  readonly message: string
  /** What to do next, most likely helpful first. */
  readonly advice: readonly string[]
  /** The code the operating system or library gave, such as `ECONNREFUSED`. */
  readonly cause?: string
}

/** It says more about netdrill, or its user, than about the target. */
export function isOwnFault({category}: Pick<Failure, 'category'>): boolean {
  return category === 'observer' || category === 'cancelled'
}
