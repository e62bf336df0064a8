/** Two runs of a drill side by side. The JSON of `drill diff` has this shape: it is a contract. */
import type {Figure} from '../core/figures.ts'
import type {Verdict} from '../core/exit-codes.ts'

/** `same` includes differences within the uncertainty; `unclear` where one side proves nothing. */
export type Change = 'better' | 'same' | 'worse' | 'unclear'

export type FigureValue = Omit<Figure, 'name' | 'note'>

export interface FigureDiff {
  readonly name: string
  /** Null: that run has no such figure. A `value` of null inside means that it was not observed. */
  readonly before: FigureValue | null
  readonly after: FigureValue | null
  /** After less before; null where one of them is missing. */
  readonly difference: number | null
  /** The ranges in which the true values lie don't touch. */
  readonly beyond: boolean
  readonly change: Change
}

export interface ExpectationDiff {
  readonly text: string
  /** `missing`: that run did not have it. */
  readonly before: 'met' | 'not met' | 'not judged' | 'missing'
  readonly after: 'met' | 'not met' | 'not judged' | 'missing'
  readonly change: Change
}

export interface RunSide {
  readonly file: string
  readonly run: string
  readonly title: string
  readonly started: string
  /** Null: the run did not come to a verdict. */
  readonly verdict: Verdict | null
  /** It came to its end, so that its figures can be compared: a drill with a pass or a fail, or a whole watch. */
  readonly conclusive: boolean
  readonly reasons: readonly string[]
}

export interface DrillDiff {
  readonly schema: 'netdrill/drill-diff/1'
  readonly before: RunSide
  readonly after: RunSide
  readonly verdict: Change
  readonly expectations: readonly ExpectationDiff[]
  readonly figures: readonly FigureDiff[]
  /** What to bear in mind when reading this. */
  readonly notes: readonly string[]
  readonly worse: boolean
}
