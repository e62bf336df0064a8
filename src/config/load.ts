/** YAML text to a typed value, or every mistake in it at its line and column. */
import type * as z from 'zod'
import {type Position, type Problem, UserError} from '../core/errors.ts'
import {type ConditionContext, readCondition} from './conditions/parse.ts'
import type {Condition} from './conditions/condition.ts'
import {ConditionMistake} from './conditions/scan.ts'
import {withoutEchoes} from './echoes.ts'
import {checkText} from './check-text.ts'
import {noteIssue, problemsOf} from './issues.ts'
import {type Path, type Place, type YamlSource, isBlank, openSource} from './source.ts'
import {type Substitution, mask, substitute} from './substitute.ts'
import {checkSyntax} from './syntax.ts'
import {toData} from './to-data.ts'
import type {Variable} from './variables.ts'

export type {Path} from './source.ts'

export interface LoadRequest<Schema extends z.ZodType> {
  /** For messages; `-` for standard input. */
  readonly file: string
  readonly text: string
  readonly schema: Schema
  /** Where `${NAME}` comes from; without it references are left as they are. */
  readonly env?: (name: string) => string | undefined
  /** Where `${file:PATH}` comes from; without it each is a mistake. */
  readonly secretFile?: ((path: string) => string | undefined) | undefined
  /** Values for the document's variables. */
  readonly set?: ReadonlyMap<string, string> | undefined
}

export interface LoadedDocument<T> {
  readonly file: string
  readonly value: T
  /** Legal, but probably not meant: empty lists of conditions. */
  readonly warnings: readonly Problem[]
  /** Values taken from the environment and from files: to be masked in everything that is shown. */
  readonly substitutions: readonly Substitution[]
  readonly variables: readonly Variable[]
  /** Where a value was written, or a part of a text value; for checks that come after the schema's. */
  readonly positionOf: (path: Path, place?: Place) => Position
  readonly keyPositionOf: (path: Path) => Position
  /** Parses the text at `path` with what only the caller knows, such as the names of all targets. */
  readonly conditionAt: (path: Path, text: string, context: ConditionContext) => Condition
}

/** Throws a `UserError` with all problems: CONFIG_SYNTAX, CONFIG_EMPTY, CONFIG_UNKNOWN_KEY, CONFIG_INVALID … */
export function loadDocument<Schema extends z.ZodType>(
  request: LoadRequest<Schema>,
): LoadedDocument<z.output<Schema>> {
  const {file, schema} = request
  const text = request.text.replace(/^\uFEFF/, '')
  checkText(file, text)
  const source = openSource(file, text)
  const duplicates = checkSyntax(source)
  if (isBlank(source.document) && duplicates.length === 0) {
    throw new UserError({
      code: 'CONFIG_EMPTY',
      message: 'the document is empty',
      position: source.positionAt(0, 1),
      advice: ['netdrill init writes one to start with'],
    })
  }
  const {env, secretFile, set} = request
  const {substitutions, problems, variables} = substitute(source, {env, file: secretFile, set})
  const data = toData(source)
  const result = schema.safeParse(data, {error: noteIssue})
  const issues = result.success ? [] : withoutEchoes(result.error.issues)
  const found = issues.flatMap((issue) => problemsOf(issue, source, data))
  const own = found.filter((problem) => !problems.some((reference) => covers(problem, reference)))
  const all = distinct([...duplicates, ...problems, ...own].map((problem) => masked(problem, substitutions)))
  if (all.length > 0 || !result.success) throw new UserError(inOrder(all))
  return {
    file,
    value: result.data,
    warnings: emptyLists(data, source),
    substitutions,
    variables: [...variables.values()],
    positionOf: source.positionOf,
    keyPositionOf: source.keyPositionOf,
    conditionAt: (path, text, context) => conditionAt(source, path, text, context),
  }
}

function masked(problem: Problem, substitutions: readonly Substitution[]): Problem {
  return {...problem, message: mask(problem.message, substitutions)}
}

/** What is said of a value that holds a reference which led nowhere is a consequence of that. */
function covers({position: wide}: Problem, {position: narrow}: Problem): boolean {
  if (!wide || !narrow || wide.line !== narrow.line) return false
  return wide.column <= narrow.column && narrow.column < wide.column + (wide.length ?? 1)
}

/** What an alias repeats is wrong in one place. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const keyOf = ({message, position}: Problem): string => `${position?.line}:${position?.column}:${message}`
  return [...new Map(problems.map((problem) => [keyOf(problem), problem])).values()]
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (a, b) =>
      (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
      (a.position?.column ?? 0) - (b.position?.column ?? 0),
  )
}

const CONDITION_LISTS: ReadonlySet<string> = new Set(['expect', 'steady', 'abort_when'])

/** An alias may contain itself. */
const DEEPEST = 20

function emptyLists(data: unknown, source: YamlSource, path: Path = []): readonly Problem[] {
  if (typeof data !== 'object' || data === null || path.length > DEEPEST) return []
  return Object.entries(data).flatMap(([key, value]) => {
    const at = [...path, key]
    if (!Array.isArray(value) || value.length > 0 || !CONDITION_LISTS.has(key))
      return emptyLists(value, source, at)
    const message = `"${key}" is empty: nothing is checked here`
    return [
      {
        code: 'CONFIG_EMPTY',
        message,
        position: source.keyPositionOf(at),
        advice: ['add a condition, or remove it'],
      },
    ]
  })
}

function conditionAt(source: YamlSource, path: Path, text: string, context: ConditionContext): Condition {
  try {
    return readCondition(text, context)
  } catch (error) {
    if (!(error instanceof ConditionMistake)) throw error
    const {code, message, advice, at, length} = error
    throw new UserError({code, message, advice, position: source.positionOf(path, {at, length})})
  }
}
