/** A drill document to a drill: references followed, defaults filled in, mistakes shown at their line and column. */
import {type LoadedDocument, type Path, loadDocument} from '../config/load.ts'
import type {TargetDocument} from '../config/document.ts'
import {paceProblem, watchPace} from '../config/watch-pace.ts'
import type {Variable} from '../config/variables.ts'
import {UserError, isUserError} from '../core/errors.ts'
import {boundTo} from '../core/watch.ts'
import type {AlertSource} from '../policies/alerts/read-alerts.ts'
import type {Policy} from '../policies/policy.ts'
import {resolvePolicy} from '../policies/resolve.ts'
import {type NetdrillDocument, documentSchema} from './document-schema.ts'
import type {DrillCondition, DrillSpec, DrillTarget, During} from './drill-spec.ts'
import type {DrillSection} from './drill-schema.ts'
import {readReceivers} from './check/read-receivers.ts'
import {readNames} from './read-names.ts'
import {readDrillPeers} from './read-drill-peers.ts'
import {readBudgets} from './read-budgets.ts'
import {groupProblems, groupSpec} from './group-specs.ts'
import type {GroupSpec} from '../core/group-spec.ts'
import {runOnOwnSystem} from './own-system.ts'
import {readHosts, refuseHostsInLab} from './read-hosts.ts'
import {followProfiles} from './profiles/follow-profiles.ts'
import {readTimeline} from './timeline/read-timeline.ts'
import {unknownReference} from './unknown-reference.ts'

export interface DrillSource {
  /** For messages. */
  readonly file: string
  readonly text: string
  /** Short name; also part of the journal's name. */
  readonly name: string
  readonly env: (name: string) => string | undefined
  /** Reads a file that the document names, such as a trace; without it there are none. */
  readonly read?: (path: string) => Promise<string | null>
  /** Values for the document's variables. */
  readonly set?: ReadonlyMap<string, string>
}

export interface LoadedDrill {
  readonly spec: DrillSpec
  readonly warnings: LoadedDocument<unknown>['warnings']
  readonly variables: readonly Variable[]
  /** As written; absent without an `alerts` section. */
  readonly alerts?: AlertSource
}

const DEFAULT_INTERVAL = 1000
const DEFAULT_TIMEOUT = 3000

/** Throws `UserError` with every mistake found. */
export async function loadDrill(source: DrillSource): Promise<LoadedDrill> {
  const read = readerOf(source)
  const document = await followProfiles(loadDocument({...source, schema: await documentSchema()}), read)
  const {value} = document
  const drill = sectionOf(document)
  const targets = readTargets(document)
  const groups = readGroups(document)
  const from = drill.from ?? value.lab?.nodes[0] ?? null
  const peers = readDrillPeers(document, from ?? 'host', [...targets, ...groups])
  const sets = [...new Set(peers.flatMap(({spec: {set}}) => (set === undefined ? [] : [set])))]
  const names = [...[...targets, ...groups, ...peers.map((each) => each.spec)].map(({name}) => name), ...sets]
  const subjects = [...names, ...readNames(document, names)]
  const spec: DrillSpec = {
    name: source.name,
    title: value.title ?? source.name,
    description: (value.description ?? '').trim(),
    file: source.file,
    targets,
    groups,
    ...(peers.length > 0 && {peers}),
    ...(value.notify && {notify: readReceivers([document], 'lab')}),
    faults: value.faults ?? {},
    hosts: await readHosts(document),
    lab: value.lab ?? null,
    from,
    timeline: await readTimeline({
      document,
      drill,
      condition: (path, text) => ({...readCondition(document, path, text, subjects), during: 'drill'}),
      read,
    }),
    settle: drill.settle,
    steady: readConditions(document, drill, 'steady', subjects),
    abortWhen: readConditions(document, drill, 'abort_when', subjects),
    expect: readConditions(document, drill, 'expect', subjects),
    budgets: readBudgets(document, drill.budgets, subjects),
    repeat: drill.repeat,
  }
  checkFrom(document, spec)
  const own = runOnOwnSystem(spec, document.variables)
  refuseHostsInLab(own.spec)
  return {
    spec: own.spec,
    warnings: [...document.warnings, ...own.warnings],
    variables: document.variables,
    ...(value.alerts && {alerts: {alerts: value.alerts, positionOf: document.positionOf}}),
  }
}

type Document = LoadedDocument<NetdrillDocument>

function readerOf({read}: DrillSource): NonNullable<DrillSource['read']> {
  return read ?? (async () => null)
}

function sectionOf({file, value, keyPositionOf}: Document): DrillSection {
  const {drill, include} = value
  if (include && include.length > 0) {
    throw new UserError({
      code: 'CONFIG_INVALID',
      message: 'a drill is one document, so nothing can be included in it',
      position: keyPositionOf(['include']),
      advice: ['write the targets into this document', 'check and monitor follow include'],
    })
  }
  if (drill) return drill
  throw new UserError({
    code: 'CONFIG_EMPTY',
    message: `${file} has no drill section, so there is nothing to run`,
    advice: ['add a drill section with a timeline', 'netdrill drill show demo prints an example'],
  })
}

function readTargets(document: Document): readonly DrillTarget[] {
  const {targets = {}, defaults} = document.value
  const entries = Object.entries(targets)
  if (entries.length === 0) {
    throw new UserError({
      code: 'CONFIG_EMPTY',
      message: 'a drill needs at least one target to watch',
      position: document.positionOf([]),
      advice: ['add a targets section'],
    })
  }
  return entries.map(([name, target]) => {
    const policy = target.policy ?? defaults?.policy
    return {
      name,
      url: target.url,
      role: target.role ?? 'target',
      options: target.options,
      ...boundTo(target),
      policy:
        policy === undefined ? null : {name: policy, policy: readPolicy(document, name, target, policy)},
      ...paceOf(document, name),
    }
  })
}

function readGroups(document: Document): readonly GroupSpec[] {
  const groups = Object.entries(document.value.groups ?? {})
  const problems = groups.flatMap(([key]) => groupProblems(document, key))
  if (problems.length > 0) throw new UserError(problems)
  return groups.map(([key, group]) => groupSpec(key, group, (target) => target))
}

/** What a target says, else the document's defaults, else these. */
const PACE = {interval: DEFAULT_INTERVAL, timeout: DEFAULT_TIMEOUT, fall: 2, rise: 1}
type Pace = Pick<DrillTarget, 'interval' | 'timeout' | 'fall' | 'rise' | 'health'>

/** A policy has no say: figures need the pace that the drill states, also while the target is down. */
function paceOf({value, keyPositionOf}: Document, name: string): Pace {
  const read = watchPace([value.targets?.[name], value.defaults], null, PACE)
  const problem = paceProblem(read)
  const position = keyPositionOf(['targets', name])
  if (problem !== null) throw new UserError({code: 'CONFIG_INVALID', message: problem, position})
  const {health, ...pace} = read
  const {slowDown: _, ...rest} = health
  return {...pace, ...(Object.keys(rest).length > 0 && {health: rest})}
}

/** An unknown name is shown where it was written. */
function readPolicy(document: Document, name: string, target: TargetDocument, policy: string): Policy {
  const book = {file: document.file, policies: document.value.policies ?? {}, positionOf: document.positionOf}
  try {
    return resolvePolicy(policy, book).policy
  } catch (error) {
    if (!isUserError(error)) throw error
    const path = target.policy === undefined ? ['defaults', 'policy'] : ['targets', name, 'policy']
    const position = document.positionOf(path)
    throw new UserError(
      error.problems.map((problem) => ({position, ...problem})),
      error.exit,
    )
  }
}

/** Baseline conditions look at the baseline, whatever they say. */
const DURING_OF = {steady: 'baseline', abort_when: 'drill', expect: 'drill'} as const

function readConditions(
  document: Document,
  drill: DrillSection,
  list: keyof typeof DURING_OF,
  subjects: readonly string[],
): readonly DrillCondition[] {
  return drill[list].map((item, index) => {
    const isPlain = typeof item === 'string'
    const text = isPlain ? item : item.that
    const during = isPlain
      ? DURING_OF[list]
      : readDuring(document, item.during, ['drill', list, index, 'during'])
    const path = ['drill', list, index, ...(isPlain ? [] : ['that'])]
    const shown = isPlain ? text : `${text} (during ${item.during})`
    return {...readCondition(document, path, text, subjects), text: shown, during}
  })
}

function readDuring(document: Document, word: string, path: Path): During {
  if (word === 'baseline' || word === 'fault' || word === 'recovery' || word === 'drill') return word
  const faults = Object.keys(document.value.faults ?? {})
  if (faults.includes(word)) return {fault: word}
  const known = ['baseline', 'fault', 'recovery', 'drill', ...faults]
  throw unknownReference(document, path, {message: `"${word}" is no part of the drill`, name: word, known})
}

function readCondition(
  document: Document,
  path: Path,
  text: string,
  subjects: readonly string[],
): Omit<DrillCondition, 'during'> {
  return {condition: document.conditionAt(path, text, {subjects}), text, position: document.positionOf(path)}
}

function checkFrom(document: Document, spec: DrillSpec): void {
  const nodes = spec.lab?.nodes ?? []
  if (spec.from === null || nodes.includes(spec.from)) return
  throw unknownReference(document, ['drill', 'from'], {
    message: `there is no node "${spec.from}"`,
    name: spec.from,
    known: nodes,
  })
}
