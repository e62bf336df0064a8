/** The functions that can be used, with the types of their arguments. */
import type {ValueType} from './expression.ts'
import * as over from './over-time.ts'

export interface FunctionEntry {
  readonly args: readonly ValueType[]
  /** So many of the last arguments may be left out. */
  readonly optional?: number
  readonly returns: 'scalar' | 'vector'
}

/** Of a range to one number per series. */
export const RANGE_FUNCTIONS = {
  rate: over.rate,
  increase: over.increase,
  delta: over.delta,
  irate: over.irate,
  idelta: over.idelta,
  deriv: over.deriv,
  changes: over.changes,
  resets: over.resets,
  avg_over_time: over.avgOverTime,
  min_over_time: over.minOverTime,
  max_over_time: over.maxOverTime,
  sum_over_time: over.sumOverTime,
  count_over_time: over.countOverTime,
  last_over_time: over.lastOverTime,
  present_over_time: over.presentOverTime,
} as const satisfies Record<string, over.OverTime>
export type RangeFunction = keyof typeof RANGE_FUNCTIONS

/** Of each value of a vector; the further arguments are numbers. */
export const VALUE_FUNCTIONS = {
  abs: (value: number) => Math.abs(value),
  ceil: (value: number) => Math.ceil(value),
  floor: (value: number) => Math.floor(value),
  sqrt: (value: number) => Math.sqrt(value),
  // Halves go up, and to the nearest multiple of the second argument.
  round: (value: number, to = 1) => Math.floor(value * (1 / to) + 0.5) / (1 / to),
  clamp_min: (value: number, low = Number.NaN) => Math.max(value, low),
  clamp_max: (value: number, high = Number.NaN) => Math.min(value, high),
} as const
export type ValueFunction = keyof typeof VALUE_FUNCTIONS

const SPECIAL_FUNCTIONS = {
  absent: {args: ['vector'], returns: 'vector'},
  absent_over_time: {args: ['matrix'], returns: 'vector'},
  histogram_quantile: {args: ['scalar', 'vector'], returns: 'vector'},
  predict_linear: {args: ['matrix', 'scalar'], returns: 'vector'},
  scalar: {args: ['vector'], returns: 'scalar'},
  time: {args: [], returns: 'scalar'},
  timestamp: {args: ['vector'], returns: 'vector'},
  vector: {args: ['scalar'], returns: 'vector'},
} as const satisfies Record<string, FunctionEntry>
export type SpecialFunction = keyof typeof SPECIAL_FUNCTIONS

export type FunctionName = RangeFunction | ValueFunction | SpecialFunction

const VALUE_ARGUMENTS: Readonly<Record<ValueFunction, FunctionEntry>> = {
  abs: {args: ['vector'], returns: 'vector'},
  ceil: {args: ['vector'], returns: 'vector'},
  floor: {args: ['vector'], returns: 'vector'},
  sqrt: {args: ['vector'], returns: 'vector'},
  round: {args: ['vector', 'scalar'], optional: 1, returns: 'vector'},
  clamp_min: {args: ['vector', 'scalar'], returns: 'vector'},
  clamp_max: {args: ['vector', 'scalar'], returns: 'vector'},
}

export function isRangeFunction(name: FunctionName): name is RangeFunction {
  return Object.hasOwn(RANGE_FUNCTIONS, name)
}

export function isValueFunction(name: FunctionName): name is ValueFunction {
  return Object.hasOwn(VALUE_FUNCTIONS, name)
}

export function functionEntry(name: FunctionName): FunctionEntry {
  if (isRangeFunction(name)) return {args: ['matrix'], returns: 'vector'}
  return isValueFunction(name) ? VALUE_ARGUMENTS[name] : SPECIAL_FUNCTIONS[name]
}

export const FUNCTION_NAMES = [
  ...Object.keys(RANGE_FUNCTIONS),
  ...Object.keys(VALUE_FUNCTIONS),
  ...Object.keys(SPECIAL_FUNCTIONS),
].toSorted() as readonly FunctionName[]

export function isFunctionName(name: string): name is FunctionName {
  return (FUNCTION_NAMES as readonly string[]).includes(name)
}
