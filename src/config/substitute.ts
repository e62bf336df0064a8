/** `${NAME}`, `${file:PATH}` and `${var:NAME}` in values, replaced by what they name; `$${` stands for a literal `${`. */
import {type Node, Scalar, isScalar, parseDocument, visit} from 'yaml'
import type {Position, Problem} from '../core/errors.ts'
import {suggest} from '../core/text.ts'
import type {YamlSource} from './source.ts'
import {type Variable, missingVariable, readVariables, variableText} from './variables.ts'

/** What was put in; outputs mask these values. */
export interface Substitution {
  /** As it stood between the braces. */
  readonly name: string
  readonly value: string
}

/** Where values come from; a function that is not there leaves its references as they are. */
export interface ValueSources {
  readonly env?: ((name: string) => string | undefined) | undefined
  /** The text of a file named by `${file:PATH}`; undefined when it can't be read. */
  readonly file?: ((path: string) => string | undefined) | undefined
  /** Values for variables of the document, in place of their defaults. */
  readonly set?: ReadonlyMap<string, string> | undefined
}

const REFERENCE =
  /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{file:([^}]+)\}|\$\{var:([A-Za-z][\w-]*(?:\.\w+)?)\}|\$\{[^}]*\}?/g

/** The paths of all `${file:PATH}` in a text, so that they can be read before the document is. */
export function filesNamedIn(text: string): readonly string[] {
  return [...text.matchAll(REFERENCE)].flatMap(([, , path]) => (path === undefined ? [] : [path.trim()]))
}

export interface Substituted {
  readonly substitutions: readonly Substitution[]
  readonly problems: readonly Problem[]
  readonly variables: ReadonlyMap<string, Variable>
}

/**
 * Replaces the references in all values of the document, not in keys. An unquoted value that held one is read again,
 * so that `port: ${PORT}` gives a number; its text can't become anything but a single value. Defaults of variables may
 * refer to the environment, but not to other variables.
 */
export function substitute(source: YamlSource, sources: ValueSources): Substituted {
  const substitutions: Substitution[] = []
  const problems: Problem[] = []
  const section = source.document.get('variables', true) as Node | undefined
  const first = replacer(source, {sources, variables: new Map()}, {substitutions, problems})
  if (section) visit(section, {Scalar: first})
  const read = readVariables(source, sources.set ?? new Map())
  problems.push(...read.problems)
  const rest = replacer(source, {sources, variables: read.variables}, {substitutions, problems})
  visit(source.document, {
    Pair: (_, pair) => (section !== undefined && pair.value === section ? visit.SKIP : undefined),
    Scalar: rest,
  })
  return {substitutions, problems, variables: read.variables}
}

interface Known {
  readonly sources: ValueSources
  readonly variables: ReadonlyMap<string, Variable>
}

interface Found {
  readonly substitutions: Substitution[]
  readonly problems: Problem[]
}

function replacer(source: YamlSource, {sources, variables}: Known, {substitutions, problems}: Found) {
  // Without an environment only variables are known, and all else is left as it is.
  const isLeft = (variable: string | undefined): boolean =>
    sources.env === undefined && variable === undefined
  return (key: unknown, node: Scalar): void => {
    if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return
    let used = false
    const replaced = node.value.replaceAll(REFERENCE, (match: string, ...groups: (string | undefined)[]) => {
      const [name, path, variable] = groups
      if (isLeft(variable)) return match
      if (match === '$${') return '${'
      const reference = {name, path: path?.trim(), variable}
      const value = valueOf(reference, {sources, variables})
      if (value === undefined) {
        const position = source.positionInside(node, {at: Number(groups[3]), length: match.length})
        problems.push(missing(match, reference, {position, variables}))
        return match
      }
      used = true
      // A variable is no secret: it stands in the document, or on the command line.
      if (variable === undefined) substitutions.push({name: match.slice(2, -1), value})
      return value
    })
    node.value = used && node.type === Scalar.PLAIN ? reread(replaced) : replaced
  }
}

interface Reference {
  readonly name: string | undefined
  readonly path: string | undefined
  readonly variable: string | undefined
}

/** A file that a person edits ends with a line break, which is no part of its secret. */
function valueOf({name, path, variable}: Reference, {sources, variables}: Known): string | undefined {
  if (variable !== undefined) return variableText(variable, variables)
  if (path !== undefined) return sources.file?.(path)?.replace(/\r?\n$/, '')
  return name === undefined ? undefined : sources.env?.(name)
}

function missing(
  match: string,
  {name, path, variable}: Reference,
  {position, variables}: {readonly position: Position; readonly variables: ReadonlyMap<string, Variable>},
): Problem {
  if (variable !== undefined) return missingVariable(variable, variables, position)
  if (path !== undefined) {
    const advice = ['the path counts from the folder of the document']
    return {code: 'CONFIG_FILE', message: `the file ${path} can not be read`, position, advice}
  }
  if (name === undefined) {
    const fallback = /^\$\{\w+:?[-=]/.test(match)
      ? ['there are no default values: set the variable instead']
      : []
    const advice = [...fallback, 'write ${NAME}, ${file:PATH} or ${var:NAME}', 'write $${ for a literal ${']
    return {code: 'CONFIG_INVALID', message: 'this refers to nothing', position, advice}
  }
  const near = suggest(name, ['HOME', 'USER', 'PATH', 'HOSTNAME'])
  const advice = [...(near === null ? [] : [`did you mean \${${near}}?`]), `set it: export ${name}=…`]
  return {code: 'CONFIG_REFERENCE', message: `the environment has no variable ${name}`, position, advice}
}

function reread(text: string): unknown {
  const {contents, errors} = parseDocument(text, {logLevel: 'error'})
  return errors.length === 0 && isScalar(contents) && contents.type === Scalar.PLAIN ? contents.value : text
}

/** Puts the names back in place of the values, so that a secret doesn't end up in a message. */
export function mask(text: string, substitutions: readonly Substitution[]): string {
  return substitutions
    .filter(({value}) => value.length >= 3)
    .toSorted((a, b) => b.value.length - a.value.length)
    .reduce((masked, {name, value}) => masked.replaceAll(value, `\${${name}}`), text)
}
