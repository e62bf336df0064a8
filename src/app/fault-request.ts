/** From flags, or a document, to a validated fault request. */
import type * as z from 'zod'
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import type {FaultScope, FaultSpec} from '../faults/fault.ts'
import {pickDestinations} from '../faults/pick.ts'
import {FAULT_KINDS, loadFault} from '../faults/registry.ts'
import {isNetem, profileOf, withProfile} from '../faults/with-profile.ts'
import {resolveDestinations} from '../faults/resolve-destinations.ts'
import type {NamedFault} from './fault-document.ts'

/** A flag's value as typed; undefined when it wasn't given. */
export type FlagValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface FaultWords {
  /** The kind, or null with `file`. */
  readonly kind: string | null
  /** `FILE#NAME`. */
  readonly file: string | null
  /** With `file`: the host on which the fault is put in force, whatever the document says. */
  readonly on?: string | undefined
  readonly flags: FlagValues
  readonly scope: FaultScope & {readonly targets: readonly string[]}
}

type RequestPorts = Pick<Ports, 'files' | 'host' | 'resolver' | 'random'>

/** Throws USAGE_INVALID for flags, CONFIG_* for a document, and resolves host names of the scope to all addresses. */
export async function readFault(words: FaultWords, ports: RequestPorts): Promise<NamedFault> {
  const {spec: written, ...named} =
    words.file === null ? await fromFlags(words, ports) : await fromDocument(words.file, words, ports)
  const spec = words.on === undefined ? written : {...written, on: words.on}
  const scope = {...spec.scope, ...definedOnly(words.scope)}
  const to = words.scope.targets.length > 0 ? words.scope.targets : (spec.scope?.to?.split(',') ?? [])
  const {pick, ...rest} = scope
  const targets = pick === undefined ? to : pickDestinations(to, pick, ports.random)
  // On another host names mean what they mean there.
  const addresses = spec.on === undefined ? await resolveDestinations(targets, ports.resolver) : targets
  return {
    ...named,
    spec: {...spec, scope: {...rest, ...(addresses.length > 0 ? {to: addresses.join(',')} : {})}},
  }
}

function definedOnly({targets: _targets, ...scope}: FaultWords['scope']): FaultScope {
  return Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined))
}

async function fromFlags({kind, flags}: FaultWords, {files}: RequestPorts): Promise<NamedFault> {
  if (kind === null) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: 'say which fault: a kind, or --file FILE#NAME',
      advice: [`kinds: ${FAULT_KINDS.join(', ')}`],
    })
  }
  const fault = await loadFault(kind)
  const schema = fault.schema as unknown as z.ZodObject
  const known = Object.keys(schema.shape)
  const given = Object.entries(assemble(flags)).filter(([, value]) => value !== undefined)
  const strangers = given.filter(([key]) => !known.includes(key))
  if (strangers.length > 0) {
    const message = (key: string): string =>
      `--${key.replaceAll('_', '-')} does not belong to a ${kind} fault`
    const takes = known
      .filter((key) => key !== 'kind' && key !== 'scope')
      .map((key) => `--${key.replaceAll('_', '-')}`)
    throw new UserError(
      strangers.map(([key]) => ({
        code: 'USAGE_INVALID',
        message: message(key),
        advice: [`${kind} takes ${takes.join(', ')}`],
      })),
    )
  }
  const result = schema.safeParse({kind, ...Object.fromEntries(given)})
  if (!result.success) throw new UserError(result.error.issues.map(flagProblem))
  return {name: kind, spec: await followProfile(result.data as unknown as FaultSpec, files)}
}

/** A path on the command line counts from where the user is. */
async function followProfile(spec: FaultSpec, files: Ports['files']): Promise<FaultSpec> {
  const word = profileOf(spec)
  if (word === null || !isNetem(spec)) return spec
  const {findProfile} = await import('../config/link-profiles/find.ts')
  const read = async (path: string): Promise<string | null> => files.readText(path).catch(() => null)
  return withProfile(spec, await findProfile({word, read}))
}

/** Flags that belong together become the object that the document would hold. */
function assemble(flags: FlagValues): Readonly<Record<string, unknown>> {
  const {
    'loss-correlation': lossCorrelation,
    'loss-state': state,
    'loss-gemodel': gemodel,
    'keep-order': keepOrder,
    'replace-root': replaceRoot,
    loss,
    slot,
    set,
    toxic,
    ...rest
  } = flags
  const models = [loss, state, gemodel].filter((value) => value !== undefined)
  if (models.length > 1) throw usage('--loss, --loss-state and --loss-gemodel exclude each other')
  if (lossCorrelation !== undefined && loss === undefined) throw usage('--loss-correlation needs --loss')
  return {
    ...rest,
    ...setKeys(Array.isArray(set) ? set : []),
    toxics: toxic,
    keep_order: keepOrder,
    replace_root: replaceRoot,
    loss: lossOf({loss, lossCorrelation, state, gemodel}),
    slot: typeof slot === 'string' ? named(slot, ['min', 'max']) : undefined,
  }
}

/** `KEY=VALUE`, the value as it would stand in a document. */
function setKeys(words: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1) throw usage(`--set ${word} is not KEY=VALUE`)
      return [word.slice(0, at), parseValue(word.slice(at + 1))]
    }),
  )
}

function parseValue(text: string): unknown {
  const list = /^\[(.*)\]$/.exec(text.trim())?.[1]
  if (list !== undefined) return list.split(',').map((part) => parseValue(part.trim()))
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

function lossOf(flags: FlagValues): unknown {
  const {loss, lossCorrelation, state, gemodel} = flags
  if (typeof state === 'string') return {state: named(state, ['p13', 'p31', 'p32', 'p23', 'p14'])}
  if (typeof gemodel === 'string') return {gemodel: named(gemodel, ['p', 'r', 'bad_loss', 'good_loss'])}
  return lossCorrelation === undefined ? loss : {random: loss, correlation: lossCorrelation}
}

/** `1%,10%` with the names p and r becomes {p: 1%, r: 10%}. */
function named(text: string, names: readonly string[]): Readonly<Record<string, string>> {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.length > names.length)
    throw usage(`"${text}" has more than ${names.length} parts: ${names.join(',')}`)
  return Object.fromEntries(parts.map((part, index) => [names[index] ?? '', part]))
}

function flagProblem(issue: z.core.$ZodIssue): {readonly code: 'USAGE_INVALID'; readonly message: string} {
  const flag = String(issue.path[0] ?? '').replaceAll('_', '-')
  return {
    code: 'USAGE_INVALID',
    message: flag === '' ? plainMessage(issue) : `--${flag}: ${plainMessage(issue)}`,
  }
}

/** Of a union the branch that complains about the value itself, not about its shape. */
function plainMessage(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message
  const inner = issue.errors.flat()
  return (inner.find(({code}) => code === 'custom') ?? inner.find(({path}) => path.length > 0) ?? issue)
    .message
}

async function fromDocument(where: string, words: FaultWords, ports: RequestPorts): Promise<NamedFault> {
  const [flag] = Object.entries(words.flags).find(([, value]) => value !== undefined) ?? []
  if (words.kind !== null || flag !== undefined) {
    throw usage(`--file brings the whole fault: leave out ${words.kind ?? `--${flag ?? ''}`}`)
  }
  // Every probe's and policy's schema comes with the document's.
  const {readFaultOfDocument} = await import('./fault-document.ts')
  return readFaultOfDocument(where, ports)
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}
