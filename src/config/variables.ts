/** The variables of a document: values with a default, a type and a name, which a command may set. */
import * as z from 'zod'
import {isMap, isScalar} from 'yaml'
import {addressFamily} from '../core/address.ts'
import type {Position, Problem} from '../core/errors.ts'
import {parseTargetUrl} from '../core/target.ts'
import {suggest} from '../core/text.ts'
import {parseDuration, parsePercent, parseRate, parseSize} from '../core/units.ts'
import {nameSchema} from './quantities.ts'
import type {YamlSource} from './source.ts'

const VARIABLE_TYPES = ['text', 'number', 'duration', 'percent', 'rate', 'size', 'address', 'target'] as const
export type VariableType = (typeof VARIABLE_TYPES)[number]

const plain = z.union([z.string(), z.number(), z.boolean()])

const variableSchema = z.union([
  plain,
  z.strictObject({
    default: plain.optional().meta({description: 'Without one it has to be set.'}),
    type: z.enum(VARIABLE_TYPES).optional().meta({
      description: 'What it takes; text by default. A target may be set as HOST:PORT and keeps its scheme.',
    }),
    description: z.string().optional(),
    choices: z.array(plain).min(1).optional().meta({description: 'These and no others.'}),
  }),
])

/** The section itself. */
export const variablesSchema = z
  .record(nameSchema, variableSchema)
  .meta({description: 'Values used as ${var:NAME}; drill run --set NAME=VALUE sets one.'})

export interface Variable {
  readonly name: string
  readonly type: VariableType
  /** As text, as it is put in. */
  readonly value: string
  /** It was set by whoever runs the document. */
  readonly given: boolean
  readonly description: string
}

export interface ReadVariables {
  readonly variables: ReadonlyMap<string, Variable>
  readonly problems: readonly Problem[]
}

/** What was set, by name; names that the document doesn't have are mistakes. */
export function readVariables(source: YamlSource, set: ReadonlyMap<string, string>): ReadVariables {
  const variables = new Map<string, Variable>()
  const problems: Problem[] = []
  for (const [name, raw] of rawVariables(source)) {
    const position = source.positionOf(['variables', name])
    const read = readVariable(name, raw, set.get(name))
    if ('value' in read) variables.set(name, read)
    else
      problems.push(
        read.asUsage ? usage(read.message) : {code: 'CONFIG_INVALID', message: read.message, position},
      )
  }
  const names = rawVariables(source).map(([name]) => name)
  for (const name of set.keys()) if (!names.includes(name)) problems.push(unknownVariable(name, names))
  return {variables, problems}
}

/** What `${var:NAME}` or `${var:NAME.to}` stands for; undefined where there is no such variable. */
export function variableText(
  reference: string,
  variables: ReadonlyMap<string, Variable>,
): string | undefined {
  const [name = '', part] = reference.split('.')
  const variable = variables.get(name)
  if (!variable || part === undefined) return variable?.value
  if (part !== 'to' || variable.type !== 'target') return undefined
  // What a scope's `to` takes: the name of a server in the lab, or host and port.
  return authorityOf(variable.value).replace(/^\{(.*)\}$/, '$1')
}

export function missingVariable(
  reference: string,
  variables: ReadonlyMap<string, Variable>,
  position: Position,
): Problem {
  const [name = ''] = reference.split('.')
  const names = [...variables.keys()]
  const near = suggest(name, names)
  const list = names.length > 0 ? [`variables: ${names.join(', ')}`] : ['there is no section variables']
  const message = variables.has(name)
    ? `\${var:${reference}}: only a target has a part, and that is ${name}.to`
    : `there is no variable "${name}"`
  return {
    code: 'CONFIG_REFERENCE',
    message,
    position,
    advice: near && near !== name ? [`did you mean "${near}"?`] : list,
  }
}

interface RawVariable {
  readonly default?: unknown
  readonly type?: unknown
  readonly description?: unknown
  readonly choices?: unknown
}

/** As written, before the schema had a look: what is no variable is left to that. */
function rawVariables({document}: YamlSource): readonly (readonly [string, RawVariable])[] {
  const section = document.get('variables', true)
  if (!isMap(section)) return []
  return section.items.flatMap(({key, value}): readonly (readonly [string, RawVariable])[] => {
    if (!isScalar(key)) return []
    const name = String(key.value)
    if (isScalar(value)) return [[name, {default: value.value}]]
    return isMap(value) ? [[name, value.toJS(document) as RawVariable]] : []
  })
}

type Refused = {readonly message: string; readonly asUsage: boolean}

function readVariable(name: string, raw: RawVariable, set: string | undefined): Variable | Refused {
  const asUsage = set !== undefined
  const type = VARIABLE_TYPES.find((known) => known === raw.type) ?? 'text'
  const written = isPlain(raw.default) ? String(raw.default) : undefined
  const text = set ?? written
  if (text === undefined)
    return {asUsage: true, message: `the variable ${name} has no default: set it with --set ${name}=VALUE`}
  const choices = Array.isArray(raw.choices) ? raw.choices.map(String) : null
  if (choices && !choices.includes(text)) {
    return {asUsage, message: `${name}: "${text}" is none of ${choices.join(', ')}`}
  }
  const value = type === 'target' && set !== undefined ? retarget(set, written) : text
  const because = mistakeIn(type, value)
  if (because !== null) return {asUsage, message: `${name}: ${because}`}
  const description = typeof raw.description === 'string' ? raw.description : ''
  return {name, type, value, given: set !== undefined, description}
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

/** Host and port alone take the place of those of the default, and its scheme and path stay. */
function retarget(set: string, written: string | undefined): string {
  if (set.includes('://') || written === undefined) return set
  return written.replace(authorityOf(written), set)
}

function authorityOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/(\{[^{}]*\}|[^/?#]*)/i.exec(url)?.[1] ?? url
}

function mistakeIn(type: VariableType, text: string): string | null {
  const parsers = {
    duration: parseDuration,
    percent: parsePercent,
    rate: parseRate,
    size: parseSize,
    target: (url: string) => parseTargetUrl(url.replace(/\{[^{}]*\}/, 'lab-server')),
  }
  switch (type) {
    case 'text':
      return null
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? null : `"${text}" is not a number`
    case 'address':
      return addressFamily(text) === null ? `"${text}" is not an address` : null
    default: {
      const parsed = parsers[type](text)
      return parsed.ok ? null : parsed.because
    }
  }
}

function usage(message: string): Problem {
  return {code: 'USAGE_INVALID', message}
}

function unknownVariable(name: string, names: readonly string[]): Problem {
  const near = suggest(name, names)
  const list = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none'
  const advice = [near === null ? list : `did you mean "${near}"?`]
  return {code: 'USAGE_INVALID', message: `the document has no variable "${name}"`, advice}
}
