/** Errors meant for people: a code, a place, what was seen, and what to do next. Anything else is a bug of ours. */
import type {ProblemCode} from './codes/index.ts'
import {EXIT, type ExitCode} from './exit-codes.ts'

/** A place in a text the user wrote; line and column count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The line's text, so that a caret can be drawn under it. */
  readonly source?: string
  /** How many columns the caret spans. */
  readonly length?: number
}

export interface Problem {
  readonly code: ProblemCode
  readonly message: string
  readonly position?: Position
  /** What to do next. */
  readonly advice?: readonly string[]
}

const MARK = Symbol.for('netdrill.user-error')

/** Thrown to end a command with an explained problem. Identified by `isUserError`, since bundling renames classes. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly [MARK] = true
  readonly problems: readonly Problem[]
  readonly exit: ExitCode

  constructor(problems: Problem | readonly Problem[], exit: ExitCode = EXIT.usage) {
    const list = 'code' in problems ? [problems] : problems
    super(list.map((problem) => problem.message).join('\n'))
    this.problems = list
    this.exit = exit
  }
}

export function isUserError(error: unknown): error is UserError {
  return typeof error === 'object' && error !== null && MARK in error
}

/** The same error, each problem without a place of its own at this one; whatever is no `UserError` stays what it is. */
export function atPosition(error: unknown, position: Position | undefined): unknown {
  if (!position || !isUserError(error)) return error
  return new UserError(
    error.problems.map((problem) => ({position, ...problem})),
    error.exit,
  )
}
