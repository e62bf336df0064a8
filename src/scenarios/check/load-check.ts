/** Documents to the targets of a check: references followed, defaults filled in, mistakes shown at their place. */
import type {Condition} from '../../config/conditions/condition.ts'
import {boundTo} from '../../core/watch.ts'
import type {TargetDocument} from '../../config/document.ts'
import {type LoadedDocument, loadDocument} from '../../config/load.ts'
import {paceProblem, watchPace} from '../../config/watch-pace.ts'
import type {CheckPlace} from '../../core/check-result.ts'
import {type Position, type Problem, UserError, isUserError} from '../../core/errors.ts'
import {type TargetUrl, parseTargetUrl} from '../../core/target.ts'
import type {Policy} from '../../policies/policy.ts'
import {resolvePolicy} from '../../policies/resolve.ts'
import {peerSpecs} from '../../connections/peers/schema.ts'
import {fieldsOf, hasField} from '../../probes/probe-fields.ts'
import {type NetdrillDocument, documentSchema} from '../document-schema.ts'
import type {CheckExpectation, CheckTarget, LoadedCheck} from './check-spec.ts'
import {type CheckSource, type ReadText, gatherSources} from './gather-sources.ts'
import {readGroups} from './read-groups.ts'
import {readReceivers} from './read-receivers.ts'
import {type Selection, selectTargets} from './select-targets.ts'

export type {CheckSource} from './gather-sources.ts'

export interface CheckRequest extends Selection {
  /** A document with nothing but peers is enough. */
  readonly keepsPeers?: boolean
  readonly env: (name: string) => string | undefined
  /** Reads included documents and the files of secrets; without it there are none. */
  readonly read?: ReadText
}

const DEFAULT_INTERVAL = 1000
const DEFAULT_TIMEOUT = 3000
/** One lost packet is no outage. */
const DEFAULT_FALL = 2
const DEFAULT_RISE = 1

type Document = LoadedDocument<NetdrillDocument>

/** Throws a `UserError` with every mistake of all documents, and CONFIG_EMPTY when nothing is left to check. */
export async function loadCheck(
  sources: readonly CheckSource[],
  {env, read = async () => null, only, tags, keepsPeers = false}: CheckRequest,
): Promise<LoadedCheck> {
  const schema = await documentSchema()
  const gathered = await gatherSources(sources, read)
  const documents = collect(gathered, (source) => loadDocument({...source, schema, env}))
  const repeated = repeatedNames(documents)
  const nameOf = ({file}: Document, key: string): string => (repeated.has(key) ? `${file}#${key}` : key)
  const known = documents.flatMap((document) =>
    Object.entries(document.value.targets ?? {}).map(([key, target]) => ({
      key,
      target,
      document,
      name: nameOf(document, key),
      tags: target.tags ?? [],
    })),
  )
  const peers = documents.flatMap(({value}) => peerSpecs(value.peers))
  if (known.length === 0 && !(keepsPeers && peers.length > 0)) throw noTargets(documents)
  collect(documents, checkPolicies)
  const chosen = known.length === 0 ? [] : selectTargets(known, {only, tags})
  const {groups, specs} = readGroups(documents, {nameOf, chosen: new Set(chosen.map(({name}) => name))})
  const targets = collect(chosen, readTarget).map((target) => ({...target, groups: groupsOf(target, groups)}))
  return {
    files: gathered.map(({file}) => file),
    targets,
    groups,
    groupSpecs: specs,
    peers,
    alerts: documents.flatMap(({value: {alerts}, positionOf}) => (alerts ? [{alerts, positionOf}] : [])),
    targetNames: known.map(({name}) => name),
    receivers: readReceivers(documents, 'host'),
    warnings: documents.flatMap(({warnings}) => warnings),
    secrets: documents.flatMap(({substitutions}) => substitutions.map(({value}) => value)),
  }
}

/** Maps all, and throws the problems of all that failed together. */
function collect<A, B>(items: readonly A[], read: (item: A) => B): readonly B[] {
  const problems: Problem[] = []
  const values = items.flatMap((item) => {
    try {
      return [read(item)]
    } catch (error) {
      if (!isUserError(error)) throw error
      problems.push(...error.problems)
      return []
    }
  })
  if (problems.length > 0) throw new UserError(problems)
  return values
}

function repeatedNames(documents: readonly Document[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  const names = documents.map(({value}) => Object.keys({...value.targets, ...value.groups}))
  for (const name of names.flat()) {
    if (seen.has(name)) repeated.add(name)
    seen.add(name)
  }
  return repeated
}

function groupsOf({name}: CheckTarget, groups: LoadedCheck['groups']): readonly string[] {
  return groups.filter(({members}) => members.includes(name)).map((group) => group.name)
}

function noTargets(documents: readonly Document[]): UserError {
  const files = documents.map(({file}) => file).join(', ')
  const position = documents[0]?.positionOf([])
  return new UserError({
    code: 'CONFIG_EMPTY',
    message: `${files} has no targets, so there is nothing to check`,
    ...(position && {position}),
    advice: ['add a targets section', 'netdrill init writes a document to start with'],
  })
}

interface KnownTarget {
  readonly key: string
  readonly name: string
  readonly target: TargetDocument
  readonly document: Document
  readonly tags: readonly string[]
}

function readTarget({key, name, target, document, tags}: KnownTarget): CheckTarget {
  const {defaults} = document.value
  const position = document.keyPositionOf(['targets', key])
  const policy = readPolicy(document, key, target)
  const watch = watchPace([target, defaults], policy?.health ?? null, PACE)
  const problem = paceProblem(watch)
  if (problem !== null) throw new UserError({code: 'CONFIG_INVALID', message: problem, position})
  return {
    name,
    url: readUrl(document, key, target),
    tags,
    groups: [],
    family: target.family ?? 0,
    ...boundTo(target),
    options: target.options,
    count: target.count ?? 1,
    interval: target.interval ?? defaults?.interval ?? PACE.interval,
    timeout: target.timeout ?? defaults?.timeout ?? PACE.timeout,
    watch,
    policy,
    expectations: readExpectations(document, key, target),
    place: placeOf(position),
    position: urlPosition(document, key),
  }
}

const PACE = {interval: DEFAULT_INTERVAL, timeout: DEFAULT_TIMEOUT, fall: DEFAULT_FALL, rise: DEFAULT_RISE}

/** In the short form the target itself is its URL. */
function urlPosition(document: Document, key: string): Position {
  const own = document.positionOf(['targets', key])
  const inside = document.positionOf(['targets', key, 'url'])
  const missing = document.keyPositionOf(['targets', key])
  return inside.line === missing.line && inside.column === missing.column ? own : inside
}

/** A name in braces stands for a server of a lab, which is only there in a drill. */
function readUrl(document: Document, key: string, target: TargetDocument): TargetUrl {
  const position = urlPosition(document, key)
  const hole = /\{[A-Za-z][A-Za-z0-9_-]*\}/.exec(target.url)?.[0]
  if (hole !== undefined) {
    throw new UserError({
      code: 'CONFIG_REFERENCE',
      message: `${hole} is only known inside a lab, and a check probes from this machine`,
      position,
      advice: ['name other targets with --only or --tag', 'netdrill drill run builds the lab'],
    })
  }
  const parsed = parseTargetUrl(target.url)
  if (parsed.ok) return parsed.value
  throw new UserError({code: 'CONFIG_INVALID', message: parsed.because, position})
}

/** An unknown name is shown where it was written. A target's own timeout is the time of one attempt. */
function readPolicy(document: Document, key: string, target: TargetDocument): Policy | null {
  const {defaults, policies = {}} = document.value
  const name = target.policy ?? defaults?.policy
  if (name === undefined) return null
  const path = target.policy === undefined ? ['defaults', 'policy'] : ['targets', key, 'policy']
  const {file, positionOf} = document
  const book = {file, policies, positionOf, position: () => positionOf(path)}
  const {policy} = resolvePolicy(name, book)
  const timeout = target.timeout ?? defaults?.timeout
  return timeout === undefined ? policy : {...policy, attemptTimeout: timeout}
}

/** A policy that nobody uses yet is read as well: it will be used one day. */
function checkPolicies({file, value, positionOf}: Document): void {
  const {policies = {}} = value
  for (const name of Object.keys(policies)) resolvePolicy(name, {file, policies, positionOf})
}

function readExpectations(
  document: Document,
  key: string,
  {expect = [], kind}: TargetDocument,
): readonly CheckExpectation[] {
  return collect([...expect.entries()], ([index, expectation]) => {
    const path = ['targets', key, 'expect', index]
    const position = document.positionOf(path)
    const conditions = 'any' in expectation ? expectation.any : [expectation]
    for (const condition of conditions) checkField(condition, kind, position)
    return {expectation, place: placeOf(position)}
  })
}

function checkField({field}: Condition, kind: TargetDocument['kind'], position: Position): void {
  if (hasField(kind, field)) return
  throw new UserError({
    code: 'CONFIG_CONDITION',
    message: `the result of a ${kind} probe has no ${field}`,
    position,
    advice: [`it has ${fieldsOf(kind)}`],
  })
}

function placeOf({file, line, column}: Position): CheckPlace {
  return {file, line, column}
}
