/** An expression in PromQL after parsing: only what the evaluator knows, with every quantity read. */
import type {Millis} from '../../core/units.ts'
import type {FunctionName} from './functions.ts'

/** A part of the text; both count from 0. */
export interface Span {
  readonly from: number
  readonly to: number
}

export type MatchOperator = '=' | '!=' | '=~' | '!~'

export interface Matcher {
  readonly label: string
  readonly op: MatchOperator
  readonly value: string
  /** Of the pattern operators; anchored at both ends. */
  readonly pattern: RegExp | null
  readonly span: Span
}

/** The newest value of each series that matches. */
export interface VectorSelector {
  readonly type: 'vector'
  /** Null: any name, then there is a matcher. */
  readonly name: string | null
  readonly matchers: readonly Matcher[]
  readonly offset: Millis
  readonly span: Span
}

/** All values of each series within a time. */
export interface MatrixSelector {
  readonly type: 'matrix'
  readonly vector: VectorSelector
  readonly range: Millis
  readonly span: Span
}

export const ARITHMETIC = ['+', '-', '*', '/', '%', '^'] as const
export const COMPARISONS = ['==', '!=', '>', '<', '>=', '<='] as const
export const SET_OPERATORS = ['and', 'or', 'unless'] as const
export type ArithmeticOperator = (typeof ARITHMETIC)[number]
export type ComparisonOperator = (typeof COMPARISONS)[number]
export type SetOperator = (typeof SET_OPERATORS)[number]
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator

/** How the elements of two vectors find each other. */
export interface Matching {
  /** True: `labels` have to agree; false: all others. */
  readonly on: boolean
  readonly labels: readonly string[]
  /** The side that may have several elements for one of the other. */
  readonly many: 'left' | 'right' | null
  /** Labels taken over from the other side. */
  readonly include: readonly string[]
}

export interface BinaryExpression {
  readonly type: 'binary'
  readonly op: BinaryOperator
  readonly left: Expression
  readonly right: Expression
  /** A comparison gives 0 or 1, and keeps everything. */
  readonly bool: boolean
  readonly matching: Matching
  readonly span: Span
}

export const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count'] as const
export type Aggregation = (typeof AGGREGATIONS)[number]

export interface AggregateExpression {
  readonly type: 'aggregate'
  readonly op: Aggregation
  readonly of: Expression
  /** True: the result has these labels; false: all but these. */
  readonly by: boolean
  readonly labels: readonly string[]
  readonly span: Span
}

export type Expression =
  | {readonly type: 'number'; readonly value: number; readonly span: Span}
  | VectorSelector
  | MatrixSelector
  | {readonly type: 'negate'; readonly of: Expression; readonly span: Span}
  | {
      readonly type: 'call'
      readonly fn: FunctionName
      readonly args: readonly Expression[]
      readonly span: Span
    }
  | BinaryExpression
  | AggregateExpression

export type ValueType = 'scalar' | 'vector' | 'matrix'

/** Something is wrong with the text; turned into a `UserError` where its place in a document is known. */
export class ExpressionMistake extends Error {
  override readonly name = 'ExpressionMistake'
  readonly span: Span
  readonly advice: readonly string[]

  constructor(message: string, span: Span, advice: readonly string[] = []) {
    super(message)
    this.span = span
    this.advice = advice
  }
}

/** Every selector in it, ranges included, in the order of the text. */
export function selectorsOf(
  expression: Expression,
): readonly {readonly vector: VectorSelector; readonly range: Millis}[] {
  switch (expression.type) {
    case 'number':
      return []
    case 'vector':
      return [{vector: expression, range: 0}]
    case 'matrix':
      return [{vector: expression.vector, range: expression.range}]
    case 'negate':
    case 'aggregate':
      return selectorsOf(expression.of)
    case 'call':
      return expression.args.flatMap(selectorsOf)
    case 'binary':
      return [...selectorsOf(expression.left), ...selectorsOf(expression.right)]
  }
}
