/** From what was written to the policy in force: defaults, then what is extended, then the policy itself. */
import type {Path} from '../config/load.ts'
import {type Position, UserError} from '../core/errors.ts'
import {suggest} from '../core/text.ts'
import {formatDuration} from '../core/units.ts'
import {type Layer, type Merged, mergeLayers, policyOf} from './merge.ts'
import type {Policy} from './policy.ts'
import {PRESETS, findPreset} from './presets/index.ts'
import type {Preset} from './presets/preset.ts'
import {type PolicyDocument, policySchema} from './schema.ts'
import {type Setting, type SettingKey, settingsOf} from './settings.ts'

/** The policies of a document, and the way to the places they were written at. */
export interface PolicyBook {
  readonly file: string
  readonly policies: Readonly<Record<string, PolicyDocument>>
  /** The path of a policy's mapping; by default `policies`, NAME. */
  readonly pathOf?: (name: string) => Path
  readonly positionOf?: (path: Path) => Position
  readonly keyPositionOf?: (path: Path) => Position
  /** Where the name that is looked up was written, such as a target's `policy`. */
  readonly position?: () => Position
}

/** One value with where it comes from. */
export interface OriginEntry {
  readonly key: SettingKey
  readonly value: unknown
  readonly origin: string
}

export interface ResolvedPolicy {
  readonly policy: Policy
  /** Each setting in force, in a fixed order. */
  readonly origins: readonly OriginEntry[]
  readonly summary: string | null
  /** Where the figures of a preset come from. */
  readonly source: string | null
}

/**
 * Resolves a policy of the book, or a preset. A policy of the book wins over a preset of the same name, and may extend
 * it. Throws POLICY_UNKNOWN, CONFIG_REFERENCE for an unknown `extends`, CONFIG_INVALID for contradictions.
 */
export function resolvePolicy(name: string, book?: PolicyBook): ResolvedPolicy {
  const written = book && Object.hasOwn(book.policies, name) ? book.policies[name] : undefined
  if (book && written) {
    const layers = layersOf(name, written, {book, above: []})
    return finish(name, mergeLayers(layers), {summary: written.description ?? null, source: null})
  }
  const preset = findPreset(name)
  if (preset) {
    return finish(name, mergeLayers([presetLayer(preset)]), {summary: preset.summary, source: preset.source})
  }
  throw unknownPolicy(name, book)
}

function unknownPolicy(name: string, book: PolicyBook | undefined): UserError {
  const own = Object.keys(book?.policies ?? {})
  const near = suggest(name, [...own, ...PRESETS.map((preset) => preset.name)])
  const list = own.length > 0 ? [`policies of ${book?.file ?? ''}: ${own.join(', ')}`] : []
  const advice = [
    ...(near === null ? [] : [`did you mean "${near}"?`]),
    ...list,
    'netdrill policy list shows the presets',
  ]
  const position = book?.position?.()
  const message = `there is no policy "${name}"`
  return new UserError({code: 'POLICY_UNKNOWN', message, ...(position && {position}), advice})
}

function presetLayer(preset: Preset): Layer {
  const settings = settingsOf(policySchema.parse(preset.policy))
  const label = `preset ${preset.name}`
  const isOwn = (key: SettingKey): boolean => preset.own.some((head) => key.startsWith(head))
  return {settings, originOf: (key) => (isOwn(key) ? `${label}, our own figure` : label)}
}

interface Climb {
  readonly book: PolicyBook
  /** The policies that led here, to find circles. */
  readonly above: readonly string[]
}

/** The lowest layer first. */
function layersOf(name: string, written: PolicyDocument, {book, above}: Climb): readonly Layer[] {
  const path = book.pathOf?.(name) ?? ['policies', name]
  const settings = settingsOf(written)
  refuseRepetition(settings, book, path)
  const own: Layer = {settings, originOf: () => `policy ${name} (${book.file})`}
  const base = written.extends
  if (base === undefined) return [own]
  const inBook = base !== name && Object.hasOwn(book.policies, base) ? book.policies[base] : undefined
  if (inBook && above.includes(base)) {
    throw at(book, [...path, 'extends'], `policies extend each other: ${[...above, name, base].join(' → ')}`)
  }
  if (inBook) return [...layersOf(base, inBook, {book, above: [...above, name]}), own]
  const preset = findPreset(base)
  if (preset) return [presetLayer(preset), own]
  if (base === name) throw at(book, [...path, 'extends'], `the policy "${name}" extends itself`)
  const near = suggest(base, [...Object.keys(book.policies), ...PRESETS.map((known) => known.name)])
  const advice = near === null ? ['netdrill policy list shows the presets'] : [`did you mean "${near}"?`]
  throw at(book, [...path, 'extends'], `there is no policy "${base}" to extend`, {
    code: 'CONFIG_REFERENCE',
    advice,
  })
}

/** The same thing said twice in different words, such as `timeout` and `connection.timeout`. */
function refuseRepetition(settings: readonly Setting[], book: PolicyBook, path: Path): void {
  const seen = new Map<SettingKey, Setting>()
  for (const setting of settings) {
    const before = seen.get(setting.key)
    if (before) {
      const message = `${setting.path.join('.')} says the same as ${before.path.join('.')}, which is there already`
      throw at(book, [...path, ...setting.path], message, {advice: ['keep one of them']})
    }
    seen.set(setting.key, setting)
  }
  const phases = settings.find((setting) => setting.shape === 'phases')
  const exponential = settings.find((setting) => setting.shape === 'exponential')
  if (!phases || !exponential) return
  const message = `${exponential.path.join('.')} and ${phases.path.join('.')} describe two different ladders`
  const advice = ['keep either the phases under retry, or the keys with initial_delay_ms']
  throw at(book, [...path, ...exponential.path], message, {advice})
}

function at(
  book: PolicyBook,
  path: Path,
  message: string,
  more: {readonly code?: 'CONFIG_INVALID' | 'CONFIG_REFERENCE'; readonly advice?: readonly string[]} = {},
): UserError {
  const position = book.positionOf?.(path)
  const {code = 'CONFIG_INVALID', advice} = more
  return new UserError({code, message, ...(position && {position}), ...(advice && {advice})})
}

function finish(
  name: string,
  merged: Merged,
  about: {readonly summary: string | null; readonly source: string | null},
): ResolvedPolicy {
  const policy = policyOf(name, merged)
  const endless = policy.phases.find((phase) => phase.attempts === null && phase.interval === 0)
  if (endless && policy.maxAttempts === 0) {
    const message = `policy ${name} would try for ever without a wait: give ${endless.name} a wait above ${formatDuration(0)}`
    throw new UserError({code: 'CONFIG_INVALID', message})
  }
  const origins = [...merged].map(([key, {value, origin}]) => ({key, value, origin}))
  return {policy, origins, ...about}
}
