/** The groups of a document, resolved: for a check that judges them and a watch that follows them. */
import type {LoadedDocument} from '../config/load.ts'
import type {Position, Problem} from '../core/errors.ts'
import type {GroupMember} from '../core/group-events.ts'
import type {GroupSpec, PathGroupSpec} from '../core/group-spec.ts'
import {suggest} from '../core/text.ts'
import type {NetdrillDocument} from './document-schema.ts'
import type {GroupDocument} from './groups-schema.ts'
import {streamProblems} from './stream-problems.ts'

type Document = LoadedDocument<NetdrillDocument>

const HOLD_DOWN = 60_000
const MIN_IMPROVEMENT = 0.2
type PathsDocument = Exclude<GroupDocument, {readonly mode: 'quorum'}>

const SWITCHES = {count: 6, within: 600_000}

/** A group of the document under its name in the run; `nameOf` gives the names of its targets there. */
export function groupSpec(name: string, group: GroupDocument, nameOf: (target: string) => string): GroupSpec {
  if (group.mode === 'quorum') {
    const {min_healthy: needed, leave_below: leaveBelow = needed} = group
    const members = group.members.map((member) => ({name: nameOf(member), target: nameOf(member)}))
    return {mode: 'quorum', name, members, needed, leaveBelow}
  }
  const {mode, multipath, stream, max_switches: {count: most, within} = SWITCHES} = group
  const rename = ({name: path, target}: GroupMember): GroupMember => ({name: path, target: nameOf(target)})
  const paths = byPriority(group.paths).map(rename)
  const shared = {name, paths, ...failoverOf(group), switches: {most, within}, ...(stream && {stream})}
  if (mode === 'active-backup') return {mode, ...shared}
  return {mode, ...shared, multipath: multipath === undefined ? null : nameOf(multipath)}
}

function failoverOf({
  failover = {on: ['down']},
  failback,
}: PathsDocument): Pick<PathGroupSpec, 'failover' | 'failback'> {
  const {on, max_rtt: maxRtt = Number.MAX_SAFE_INTEGER, max_loss: maxLoss = 1} = failover
  const {
    policy = 'after_stable',
    hold_down: holdDown = HOLD_DOWN,
    min_improvement: minImprovement = MIN_IMPROVEMENT,
  } = failback ?? {}
  return {
    failover: {onQuality: on.includes('quality'), maxRtt, maxLoss},
    failback: {policy, holdDown, minImprovement},
  }
}

/** Equal ones stay in their order. */
function byPriority(paths: PathsDocument['paths']): PathsDocument['paths'] {
  return paths.toSorted((one, other) => (other.priority ?? 0) - (one.priority ?? 0))
}

/** Targets named by a group, as written, with the way to each. */
export function memberNames(
  group: GroupDocument,
): readonly {readonly name: string; readonly at: readonly (string | number)[]}[] {
  if (group.mode === 'quorum') return group.members.map((name, index) => ({name, at: ['members', index]}))
  const paths = group.paths.map(({target}, index) => ({name: target, at: ['paths', index, 'target']}))
  return group.multipath === undefined ? paths : [...paths, {name: group.multipath, at: ['multipath']}]
}

/** CONFIG_REFERENCE for a member that is no target, CONFIG_INVALID for what no run could meet. */
export function groupProblems({value, positionOf, keyPositionOf}: Document, key: string): readonly Problem[] {
  const targets = Object.keys(value.targets ?? {})
  const group = value.groups?.[key]
  if (!group) return []
  const place = (...way: readonly (string | number)[]): Position => positionOf(['groups', key, ...way])
  const members = memberNames(group)
  const names = members.map(({name}) => name)
  const problems = members.flatMap(({name, at}, index): readonly Problem[] => {
    const position = positionOf(['groups', key, ...at])
    if (names.indexOf(name) < index) return [invalid(`"${name}" is a member already`, position)]
    if (targets.includes(name)) return []
    const near = suggest(name, targets)
    const advice =
      near === null ? [`targets: ${targets.slice(0, 12).join(', ')}`] : [`did you mean "${near}"?`]
    return [{code: 'CONFIG_REFERENCE', message: `there is no target "${name}"`, position, advice}]
  })
  if (targets.includes(key)) {
    problems.push(invalid(`a target has the name "${key}" already`, keyPositionOf(['groups', key])))
  }
  if (group.mode === 'quorum' && group.min_healthy > group.members.length) {
    const message = `${group.min_healthy} of ${group.members.length} members can never be healthy`
    problems.push(invalid(message, positionOf(['groups', key, 'min_healthy'])))
  }
  return group.mode === 'quorum'
    ? problems
    : [...problems, ...pathProblems(value.targets ?? {}, group, place)]
}

function pathProblems(
  targets: NonNullable<NetdrillDocument['targets']>,
  group: PathsDocument,
  place: (...way: readonly (string | number)[]) => Position,
): readonly Problem[] {
  const paths = group.paths.map(({name}) => name)
  const twice = paths.flatMap((path, index): readonly Problem[] =>
    paths.indexOf(path) === index
      ? []
      : [invalid(`a path has the name "${path}" already`, place('paths', index, 'name'))],
  )
  const stream = group.stream
    ? streamProblems(targets, group.paths, (index) => place('paths', index, 'target'))
    : []
  return [...multipathProblems(targets, group, place('multipath')), ...stream, ...twice]
}

/** Of one connection per sample nobody knows what becomes of its subflows. */
function multipathProblems(
  targets: NonNullable<NetdrillDocument['targets']>,
  {multipath}: PathsDocument,
  position: Position,
): readonly Problem[] {
  const target = multipath === undefined ? undefined : targets[multipath]
  if (!target || (target.kind === 'mptcp' && target.options['keep'] === true)) return []
  const message = `"${multipath ?? ''}" is no mptcp target that keeps its connection`
  return [
    {
      ...invalid(message, position),
      advice: ['url: mptcp://HOST:PORT, keep: true, send: "ping", transport: auto'],
    },
  ]
}

function invalid(message: string, position: Position): Problem {
  return {code: 'CONFIG_INVALID', message, position}
}
