import type {Blame, Category, RetryClass, Stage} from '../failure.ts'

/** One row of the failure taxonomy; `explain` prints it, the policies decide by it. */
export interface FailureEntry {
  /** Where it usually happens; a failure may state another stage. */
  readonly stage: Stage
  readonly category: Category
  readonly detail: string
  readonly blame: Blame
  readonly retry: RetryClass
  /** A few words, lower case, no full stop. */
  readonly title: string
  /** What was observed on the wire or from the kernel, and what that means. */
  readonly meaning: string
  readonly advice: readonly string[]
}

/** A row about netdrill's own messages: configuration errors, refusals, missing capabilities, warnings. */
export interface ProblemEntry {
  readonly title: string
  readonly meaning: string
  readonly advice: readonly string[]
}

/** Keeps the keys literal while the rows are checked. */
export function failureTable<const K extends string>(
  rows: Record<K, FailureEntry>,
): Readonly<Record<K, FailureEntry>> {
  return rows
}

export function problemTable<const K extends string>(
  rows: Record<K, ProblemEntry>,
): Readonly<Record<K, ProblemEntry>> {
  return rows
}
