import {type Problem, isUserError} from '../../../src/core/errors.ts'

/** The problems that `work` throws as a `UserError`; none when it succeeds. Anything else it throws is passed on. */
export function problemsIn(work: () => unknown): readonly Problem[] {
  try {
    work()
    return []
  } catch (error) {
    if (isUserError(error)) return error.problems
    throw error
  }
}
