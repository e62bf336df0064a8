/** `${NAME}` and `${file:PATH}` in values, replaced by what they name; `$${` stands for a literal `${`. */
import {Scalar, isScalar, parseDocument, visit} from 'yaml'
import type {Position, Problem} from '../core/errors.ts'
import {suggest} from '../core/text.ts'
import type {YamlSource} from './source.ts'

/** What was put in; outputs mask these values. */
export interface Substitution {
  /** As it stood between the braces. */
  readonly name: string
  readonly value: string
}

/** Where values come from; a function that is not there leaves its references as they are. */
export interface ValueSources {
  readonly env: (name: string) => string | undefined
  /** The text of a file named by `${file:PATH}`; undefined when it can't be read. */
  readonly file?: ((path: string) => string | undefined) | undefined
}

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{file:([^}]+)\}|\$\{[^}]*\}?/g

/** The paths of all `${file:PATH}` in a text, so that they can be read before the document is. */
export function filesNamedIn(text: string): readonly string[] {
  return [...text.matchAll(REFERENCE)].flatMap(([, , path]) => (path === undefined ? [] : [path.trim()]))
}

/**
 * Replaces the references in all values of the document, not in keys. An unquoted value that held one is read again,
 * so that `port: ${PORT}` gives a number; its text can't become anything but a single value.
 */
export function substitute(
  source: YamlSource,
  sources: ValueSources,
): {readonly substitutions: readonly Substitution[]; readonly problems: readonly Problem[]} {
  const substitutions: Substitution[] = []
  const problems: Problem[] = []
  visit(source.document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return
      let used = false
      const replaced = node.value.replaceAll(
        REFERENCE,
        (match: string, name: string | undefined, path: string | undefined, at: number) => {
          if (match === '$${') return '${'
          const value = valueOf({name, path: path?.trim()}, sources)
          if (value === undefined) {
            const position = source.positionInside(node, {at, length: match.length})
            problems.push(missing(match, {name, path: path?.trim()}, position))
            return match
          }
          used = true
          substitutions.push({name: match.slice(2, -1), value})
          return value
        },
      )
      node.value = used && node.type === Scalar.PLAIN ? reread(replaced) : replaced
    },
  })
  return {substitutions, problems}
}

interface Reference {
  readonly name: string | undefined
  readonly path: string | undefined
}

/** A file that a person edits ends with a line break, which is no part of its secret. */
function valueOf({name, path}: Reference, {env, file}: ValueSources): string | undefined {
  if (path !== undefined) return file?.(path)?.replace(/\r?\n$/, '')
  return name === undefined ? undefined : env(name)
}

function missing(match: string, {name, path}: Reference, position: Position): Problem {
  if (path !== undefined) {
    const advice = ['the path counts from the folder of the document']
    return {code: 'CONFIG_FILE', message: `the file ${path} can not be read`, position, advice}
  }
  if (name === undefined) {
    const fallback = /^\$\{\w+:?[-=]/.test(match)
      ? ['there are no default values: set the variable instead']
      : []
    const advice = [...fallback, 'write ${NAME} or ${file:PATH}', 'write $${ for a literal ${']
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
