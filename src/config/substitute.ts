/** `${NAME}` in values, replaced from the environment; `$${` stands for a literal `${`. */
import {Scalar, isScalar, parseDocument, visit} from 'yaml'
import type {Problem} from '../core/errors.ts'
import {suggest} from '../core/text.ts'
import type {Place, YamlSource} from './source.ts'

/** What was put in; outputs mask these values. */
export interface Substitution {
  readonly name: string
  readonly value: string
}

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{[^}]*\}?/g

/**
 * Replaces the references in all values of the document, not in keys. An unquoted value that held one is read again,
 * so that `port: ${PORT}` gives a number; its text can't become anything but a single value.
 */
export function substitute(
  source: YamlSource,
  env: (name: string) => string | undefined,
): {readonly substitutions: readonly Substitution[]; readonly problems: readonly Problem[]} {
  const substitutions: Substitution[] = []
  const problems: Problem[] = []
  visit(source.document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return
      const original = node.value
      let used = false
      const replaced = original.replaceAll(
        REFERENCE,
        (match: string, name: string | undefined, at: number) => {
          if (match === '$${') return '${'
          const value = name === undefined ? undefined : env(name)
          if (name === undefined || value === undefined) {
            problems.push(missing(source, node, {at, length: match.length}, name))
            return match
          }
          used = true
          substitutions.push({name, value})
          return value
        },
      )
      node.value = used && node.type === Scalar.PLAIN ? reread(replaced) : replaced
    },
  })
  return {substitutions, problems}
}

function missing(source: YamlSource, node: Scalar, place: Place, name: string | undefined): Problem {
  const position = source.positionInside(node, place)
  if (name === undefined) {
    const advice = ['write ${NAME}', 'write $${ for a literal ${']
    return {code: 'CONFIG_INVALID', message: 'not a reference to an environment variable', position, advice}
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
