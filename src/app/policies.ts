/** Finds policies by preset name or file, and lays out what they do. */
import {basename} from 'node:path'
import * as z from 'zod'
import {type LoadedDocument, loadDocument} from '../config/load.ts'
import {nameSchema} from '../config/quantities.ts'
import {UserError} from '../core/errors.ts'
import type {Files, Host} from '../core/ports.ts'
import {suggest} from '../core/text.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import {describeGuards} from '../policies/guards/describe.ts'
import {describeHealth} from '../policies/describe-health.ts'
import {describeRemedies} from '../policies/remedies/describe.ts'
import type {Policy} from '../policies/policy.ts'
import {PRESETS, findPreset} from '../policies/presets/index.ts'
import {type PolicyBook, type ResolvedPolicy, resolvePolicy} from '../policies/resolve.ts'
import {planSchedule} from '../policies/schedule.ts'
import {policySchema} from '../policies/schema.ts'
import type {ListedPolicy, PolicyView} from '../reporters/policy-view.ts'

export interface PolicyPorts {
  readonly files: Pick<Files, 'readText'>
  readonly host: Pick<Host, 'env'>
}

/** The document that is read when a name is no preset, or no name is given. */
const OWN_DOCUMENT = 'netdrill.yaml'

export function listPolicies(): readonly ListedPolicy[] {
  return PRESETS.map(({name, summary, source}) => ({name, summary, source}))
}

/**
 * Resolves `NAME` (a preset, or a policy of ./netdrill.yaml), `FILE#NAME`, or `FILE` when it holds a single policy.
 * Throws POLICY_UNKNOWN, CONFIG_FILE, CONFIG_EMPTY and whatever is wrong in the file.
 */
export async function findPolicy(what: string, ports: PolicyPorts): Promise<ResolvedPolicy> {
  const found = await findPolicies(what, ports)
  const [only, ...others] = found
  if (only && others.length === 0) return only
  const names = found.map(({policy}) => policy.name)
  throw new UserError({
    code: 'POLICY_UNKNOWN',
    message: `${what} holds ${names.length} policies: which one?`,
    advice: names.map((name) => `${what}#${name}`),
  })
}

/** The same, but a `FILE` gives all its policies, and nothing at all gives those of ./netdrill.yaml. */
export async function findPolicies(
  what: string | undefined,
  ports: PolicyPorts,
): Promise<readonly ResolvedPolicy[]> {
  return (await locatePolicies(what, ports)).policies
}

/** Policies with the document that they were found in; null for a preset. */
export interface LocatedPolicies {
  readonly policies: readonly ResolvedPolicy[]
  readonly book: ReadBook | null
}

/** The same with the document, for what has to know where a policy was written. */
export async function locatePolicies(what: string | undefined, ports: PolicyPorts): Promise<LocatedPolicies> {
  if (what === undefined) return policiesHere(ports)
  if (findPreset(what)) return {policies: [resolvePolicy(what)], book: null}
  const hash = what.lastIndexOf('#')
  const file = hash < 0 ? what : what.slice(0, hash)
  const book = await readBook(file, ports)
  if (book) return {policies: hash < 0 ? allOf(book) : [resolvePolicy(what.slice(hash + 1), book)], book}
  if (hash >= 0 || /[/.]/.test(file)) throw noFile(file)
  const own = await readBook(OWN_DOCUMENT, ports)
  return {policies: [resolvePolicy(what, own ?? undefined)], book: own}
}

async function policiesHere(ports: PolicyPorts): Promise<LocatedPolicies> {
  const book = await readBook(OWN_DOCUMENT, ports)
  if (book) return {policies: allOf(book), book}
  throw new UserError({
    code: 'POLICY_UNKNOWN',
    message: `which policy? There is no ${OWN_DOCUMENT} here`,
    advice: ['name a preset or a file', `presets: ${PRESETS.map((preset) => preset.name).join(', ')}`],
  })
}

function allOf(book: PolicyBook): readonly ResolvedPolicy[] {
  const names = Object.keys(book.policies)
  if (names.length > 0) return names.map((name) => resolvePolicy(name, book))
  throw new UserError({
    code: 'CONFIG_EMPTY',
    message: `${book.file} has no policies`,
    advice: ['add a policies section', 'netdrill policy list shows the presets'],
  })
}

function noFile(file: string): UserError {
  const near = suggest(
    file,
    PRESETS.map((preset) => preset.name),
  )
  const advice = [...(near === null ? [] : [`did you mean the preset "${near}"?`]), 'check the path']
  return new UserError({code: 'CONFIG_FILE', message: `there is no file ${file}`, advice})
}

/** A book with the other sections of its document, as they were written. */
export interface ReadBook extends PolicyBook {
  readonly sections: Readonly<Record<string, unknown>>
}

/** The schema of a document as far as policies go; the rest is for the commands that use it. */
const bookSchema = z.looseObject({
  version: z.literal(1),
  policies: z.record(nameSchema, policySchema).optional(),
})

/** Sections that only a whole document has; a file with none of them is one policy. */
const DOCUMENT_KEYS = [
  'version',
  'policies',
  'targets',
  'defaults',
  'faults',
  'lab',
  'drill',
  'groups',
  'alerts',
]

async function readBook(file: string, ports: PolicyPorts): Promise<ReadBook | null> {
  const text = await readText(file, ports)
  if (text === null) return null
  const request = {file, text, env: ports.host.env}
  const keys = Object.keys(loadDocument({file, text, schema: z.looseObject({})}).value)
  if (keys.some((key) => DOCUMENT_KEYS.includes(key))) {
    const document = loadDocument({...request, schema: bookSchema})
    return {...bookOf(document, document.value.policies ?? {}), sections: document.value}
  }
  const document = loadDocument({...request, schema: policySchema})
  const name = basename(file).replace(/\.[^.]*$/, '') || file
  return {...bookOf(document, {[name]: document.value}), pathOf: () => [], sections: {}}
}

function bookOf(document: LoadedDocument<unknown>, policies: PolicyBook['policies']): PolicyBook {
  const {file, positionOf, keyPositionOf} = document
  return {file, policies, positionOf, keyPositionOf}
}

async function readText(file: string, {files}: PolicyPorts): Promise<string | null> {
  try {
    return await files.readText(file)
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError({code: 'CONFIG_FILE', message: `${file} can not be read: ${because}`})
  }
}

export interface ScheduleRequest {
  /** How long every attempt takes to fail. */
  readonly duration: Millis
  /** So many rows; null for all until an endless phase repeats itself. */
  readonly attempts: number | null
}

/** Lays a policy out for a reporter. */
export function viewPolicy(resolved: ResolvedPolicy, request: ScheduleRequest): PolicyView {
  const {policy, summary, source, origins} = resolved
  return {
    name: policy.name,
    summary,
    source,
    facts: factsOf(policy),
    duration: Math.min(request.duration, policy.attemptTimeout),
    schedule: planSchedule(policy, request),
    settings: origins.map(({key, value, origin}) => ({key, value, origin})),
  }
}

function factsOf(policy: Policy): PolicyView['facts'] {
  const {jitter, reset, health} = policy
  const stable = reset.mode === 'after_stable' && reset.after !== null ? formatDuration(reset.after) : null
  const resets = {
    on_success: 'at the first success',
    never: 'never',
    after_stable: `after ${stable ?? '30s, or the last wait if longer,'} without failing`,
  }
  const factor = jitter.factor > 0 ? ` ${jitter.factor}` : ''
  return [
    ['attempt timeout', formatDuration(policy.attemptTimeout)],
    ['deadline', policy.deadline === null ? 'none' : formatDuration(policy.deadline)],
    ['attempts at most', mostAttempts(policy)],
    ['jitter', `${jitter.mode}${factor}`],
    ['starts over', resets[reset.mode]],
    ...describeGuards(policy),
    ...describeRemedies(policy),
    ...(health
      ? ([
          [
            'health check',
            `every ${formatDuration(health.interval)}, timeout ${formatDuration(health.timeout)}, ` +
              `down after ${health.fall} failures, up after ${health.rise} successes`,
          ],
          ...describeHealth(health),
        ] as const)
      : []),
  ]
}

/** The first attempt included. */
function mostAttempts({maxAttempts, phases}: Policy): string {
  const rungs = phases.reduce((sum, phase) => sum + (phase.attempts ?? Number.POSITIVE_INFINITY), 1)
  const most = Math.min(rungs, maxAttempts > 0 ? maxAttempts : Number.POSITIVE_INFINITY)
  return Number.isFinite(most) ? String(most) : '∞'
}
