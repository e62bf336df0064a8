/** Schema issues as problems for people: in plain words, at their place, with a suggestion. */
import type * as z from 'zod'
import type {ProblemCode} from '../core/codes/index.ts'
import type {Problem} from '../core/errors.ts'
import {shorten, suggest} from '../core/text.ts'
import {describeValue} from './describe-value.ts'
import {withoutEchoes} from './echoes.ts'
import {withoutQuotes} from './written-otherwise.ts'
import type {Path, Place, YamlSource} from './source.ts'

type RawIssue = z.core.$ZodRawIssue
type Issue = z.core.$ZodIssue & {readonly known?: readonly string[]}

/** Stands for "no message of its own": the text is made here, where the document is known. */
const PLAIN = '\u0000plain'

/** The error map to parse with: keeps, of the schema that complains, the keys it knows. */
export function noteIssue(issue: RawIssue): string {
  if (issue.code === 'unrecognized_keys') (issue as {known?: readonly string[]}).known = knownKeys(issue.inst)
  return PLAIN
}

function knownKeys(schema: unknown): readonly string[] {
  const def = (schema as z.core.$ZodType | undefined)?._zod.def as {shape?: object; keyType?: z.core.$ZodType}
  if (def?.shape) return Object.keys(def.shape)
  return def?.keyType?._zod.values ? [...def.keyType._zod.values].map(String) : []
}

/** All problems behind one issue. `data` is what the schema was given, `base` the path of its root. */
export function problemsOf(
  issue: Issue,
  source: YamlSource,
  data: unknown,
  base: Path = [],
): readonly Problem[] {
  const path = [...base, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, issue.known ?? [], source.keyPositionOf([...path, key])))
    case 'invalid_union':
      return unionProblems(issue, source, data, path)
    case 'invalid_key':
      return [keyProblem(issue, source, path)]
    case 'custom':
      return [customProblem(issue, source, path)]
    default:
      return [plainProblem(issue, source, data, path)]
  }
}

function unknownKey(key: string, known: readonly string[], position: Problem['position']): Problem {
  const near = suggest(key, known)
  const list = known.length > 0 ? [`known here: ${known.join(', ')}`] : []
  const advice = near === null ? list : [`did you mean "${near}"?`]
  return {
    code: 'CONFIG_UNKNOWN_KEY',
    message: `unknown key "${shorten(key, 60)}"`,
    ...(position && {position}),
    advice: advice.length > 0 ? advice : ['remove it'],
  }
}

function keyProblem(issue: Extract<Issue, {code: 'invalid_key'}>, source: YamlSource, path: Path): Problem {
  const told = issue.issues.find((inner) => inner.message !== PLAIN)
  const {code, advice} = ((told as {params?: CustomParams} | undefined)?.params ?? {}) as CustomParams
  const message = told?.message ?? `${JSON.stringify(String(path.at(-1)))} is not allowed as a key here`
  const position = source.keyPositionOf(path)
  return {code: code ?? 'CONFIG_INVALID', message, position, ...(advice && {advice})}
}

interface CustomParams {
  readonly code?: ProblemCode
  readonly advice?: readonly string[]
  readonly place?: Place
  /** The key is wrong, not its value. */
  readonly atKey?: boolean
  /** Inside a union: another of its branches is meant. */
  readonly otherBranch?: boolean
}

function customProblem(issue: Extract<Issue, {code: 'custom'}>, source: YamlSource, path: Path): Problem {
  const {code, advice, place, atKey} = (issue.params ?? {}) as CustomParams
  const position = atKey ? source.keyPositionOf(path) : source.positionOf(path, place)
  const message = issue.message === PLAIN ? 'invalid value' : issue.message
  return {code: code ?? 'CONFIG_INVALID', message, position, ...(advice && {advice})}
}

function unionProblems(
  issue: Extract<Issue, {code: 'invalid_union'}>,
  source: YamlSource,
  data: unknown,
  path: Path,
): readonly Problem[] {
  if (issue.message !== PLAIN) return [invalid(issue.message, source.positionOf(path))]
  const seen = valueAt(data, path)
  const discriminated = issue as {discriminator?: string; options?: readonly unknown[]}
  if (discriminated.discriminator !== undefined) {
    const options = (discriminated.options ?? []).map(String)
    return [choiceProblem({name: discriminated.discriminator, seen, options}, source, path)]
  }
  const branches = issue.errors as readonly (readonly Issue[])[]
  const fitting = branches.filter((issues) => !issues.some(rejectsType))
  const lost = fitting.length > 1 ? fitting[0]?.find((inner) => isMissingIn(inner, fitting)) : undefined
  if (lost) return problemsOf(lost, source, data, path)
  const best = fitting.toSorted((a, b) => a.length - b.length)[0]
  if (best) return withoutEchoes(best).flatMap((inner) => problemsOf(inner, source, data, path))
  const told = branches.flat().find((inner) => rejectsType(inner) && inner.message !== PLAIN)
  if (told) return problemsOf(told, source, data, path)
  if (seen === undefined) return [missing(source, path)]
  const expected = new Set(branches.flat().filter(rejectsType).map(expectation))
  return [
    invalid(`expected ${[...expected].join(' or ')}, found ${describeValue(seen)}`, source.positionOf(path)),
  ]
}

/** What every branch misses decides which is meant, so what else they complain about says nothing yet. */
function isMissingIn(issue: Issue, branches: readonly (readonly Issue[])[]): boolean {
  const path = issue.path.join('.')
  return branches.every((issues) =>
    issues.some(
      (inner) => inner.code === 'invalid_type' && inner.input === undefined && inner.path.join('.') === path,
    ),
  )
}

/** The branch isn't meant at all: another type, or a schema that says so itself with `otherBranch`. */
function rejectsType(issue: Issue): boolean {
  if (issue.code === 'custom') return (issue.params as CustomParams | undefined)?.otherBranch === true
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
}

interface Choice {
  readonly name: string
  readonly seen: unknown
  readonly options: readonly string[]
}

function choiceProblem({name, seen, options}: Choice, source: YamlSource, path: Path): Problem {
  const advice = [`it can be ${options.join(', ')}`]
  if (seen === undefined) {
    const position = source.keyPositionOf(path.slice(0, -1))
    return {...invalid(`"${name}" is missing`, position), advice}
  }
  const near = typeof seen === 'string' ? suggest(seen, options) : null
  return {
    ...invalid(`there is no ${name} ${describeValue(seen)}`, source.positionOf(path)),
    advice: near === null ? advice : [`did you mean "${near}"?`, ...advice],
  }
}

function plainProblem(issue: Issue, source: YamlSource, data: unknown, path: Path): Problem {
  const seen = valueAt(data, path)
  if (issue.code === 'invalid_type' && seen === undefined) return missing(source, path)
  const position = source.positionOf(path)
  if (issue.message !== PLAIN) return invalid(issue.message, position)
  const unquoted = withoutQuotes(issue, seen)
  switch (issue.code) {
    case 'invalid_type':
      return {
        ...invalid(`expected ${expectation(issue)}, found ${describeValue(seen)}`, position),
        ...unquoted,
      }
    case 'invalid_value':
      return choiceOf(issue, source, {seen, path, unquoted})
    case 'too_small':
      return issue.origin === 'array' && issue.minimum === 1
        ? {code: 'CONFIG_EMPTY', message: 'the list is empty', position, advice: ['add at least one entry']}
        : invalid(
            `${describeValue(seen)} is too small: ${bound('at least', issue.minimum, issue.origin)}`,
            position,
          )
    case 'too_big':
      return invalid(
        `${describeValue(seen)} is too large: ${bound('at most', issue.maximum, issue.origin)}`,
        position,
      )
    default:
      return invalid(`${describeValue(seen)} is not allowed here`, position)
  }
}

interface Seen {
  readonly seen: unknown
  readonly path: Path
  readonly unquoted: Pick<Problem, 'advice'> | null
}

/** One of a few words or numbers was expected. */
function choiceOf(
  issue: Extract<Issue, {code: 'invalid_value'}>,
  source: YamlSource,
  {seen, path, unquoted}: Seen,
): Problem {
  const position = source.positionOf(path)
  if (seen === undefined) return missing(source, path, issue.values)
  const words = issue.values.map(String)
  const near = typeof seen === 'string' ? suggest(seen, words) : null
  const one = words.length === 1 ? `expected ${words[0] ?? ''}` : `expected one of ${words.join(', ')}`
  const problem = invalid(`${one}, found ${describeValue(seen)}`, position)
  if (unquoted) return {...problem, ...unquoted}
  return near === null ? problem : {...problem, advice: [`did you mean "${near}"?`]}
}

function bound(words: string, limit: number | bigint, origin: string): string {
  const unit = origin === 'array' ? ' entries' : origin === 'string' ? ' characters' : ''
  return `${words} ${limit}${unit}`
}

function missing(source: YamlSource, path: Path, values: readonly unknown[] = []): Problem {
  const key = String(path.at(-1))
  const advice =
    key === 'url'
      ? ['write url: tcp://host:443']
      : values.length === 1
        ? [`write ${key}: ${String(values[0])}`]
        : []
  const problem = invalid(`"${key}" is missing`, source.keyPositionOf(path.slice(0, -1)))
  return advice.length === 0 ? problem : {...problem, advice}
}

function invalid(message: string, position: Problem['position']): Problem {
  return {code: 'CONFIG_INVALID', message, ...(position && {position})}
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'nothing',
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value') return issue.values.map(String).join(' or ')
  return issue.code === 'invalid_type' ? (NAMES[issue.expected] ?? issue.expected) : 'another value'
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    return (value as Record<PropertyKey, unknown>)[key]
  }, data)
}
