/** From a request to a compiled plan: look, decide, refuse what is not safe. Writes nothing. */
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import {has, missingError} from './choose-backend.ts'
import {chooseLeaf, neighboursOf, withReplaced} from './choose-leaf.ts'
import {type CompiledPlan, type LeafChoice, compilePlan} from './compile-plan.ts'
import type {FaultRequest} from './fault.ts'
import {gatherSituation} from './gather.ts'
import {type LedgerEntry, isOpen, samePlace} from './ledger.ts'
import {checkPart, ofPart} from './part-of.ts'
import {planJoints} from './plan-joints.ts'
import {refused} from './refused.ts'
import {loadFault} from './registry.ts'
import {checkSafety} from './safety.ts'
import {scopesOverlap} from './scope.ts'
import type {Act, Blueprint, Leaf, NetworkChange, Situation} from './situation.ts'
import type {Trace} from './trace.ts'
import type {Tools} from './tools.ts'

/** A fault ends by itself; an hour is long enough for any rehearsal and short enough for a forgotten one. */
const LONGEST: Millis = 3_600_000

export interface PlanWorld {
  readonly ports: Pick<Ports, 'capabilities' | 'clock' | 'host' | 'resolver' | 'files'>
  readonly tools: Tools
  /** Entries of the ledger; the open ones take part in the decision. */
  readonly entries: readonly LedgerEntry[]
}

/** `key` names the fault in the kernel and in the ledger. */
export async function planFault(request: FaultRequest, key: string, world: PlanWorld): Promise<CompiledPlan> {
  checkDuration(request.lasts)
  const kind = await loadFault(request.spec.kind)
  const gathered = await gatherSituation(request, kind, world.ports, world.tools)
  const situation: Situation = {...gathered, id: key, device: withReplaced(gathered, world.entries)}
  const blueprint = ofPart(kind.plan(request.spec, situation), situation.device)
  checkIngress(situation, blueprint)
  checkSender(situation, blueprint)
  checkPart(situation, blueprint)
  if (!isOurs(blueprint) && kind.names !== true)
    await checkSafety(request, situation, world.ports, world.tools)
  if (blueprint.backend === 'ip') checkChanges(situation, blueprint.change, world.entries)
  if ('act' in blueprint) checkActs(situation, blueprint.act, world.entries)
  const choice = 'leaf' in blueprint ? placeLeaf(situation, blueprint, world) : null
  const names = {name: request.name, kind: request.spec.kind}
  const compiled = compilePlan(names, situation, blueprint, choice)
  return {...compiled, plan: {...compiled.plan, id: request.id, request}}
}

/** Done by netdrill itself: nothing of the machine is touched. */
function isOurs({backend}: Blueprint): boolean {
  return backend === 'proxy' || backend === 'carrier'
}

function placeLeaf(
  situation: Situation,
  blueprint: Extract<Blueprint, {leaf: Leaf}>,
  {entries, ports}: PlanWorld,
): LeafChoice {
  const choice = chooseLeaf(situation, blueprint, entries)
  const {leaf, mix} = blueprint
  const neighbours = neighboursOf(situation, entries)
  const joints = planJoints({situation, own: {leaf, mix}, choice, neighbours, now: ports.clock.now()})
  return {...choice, joints}
}

function checkDuration(lasts: Millis): void {
  if (lasts > LONGEST) {
    throw new UserError({
      code: 'FAULT_DURATION',
      message: `${formatDuration(lasts)} is longer than ${formatDuration(LONGEST)}, the longest a fault may last`,
    })
  }
  if (!(lasts > 0)) {
    throw new UserError({code: 'FAULT_DURATION', message: 'a fault has to last longer than 0s'})
  }
}

/** What arrives is shaped behind an ifb, to which nftables sends it before anybody else sees it. */
function checkIngress(situation: Situation, blueprint: Blueprint): void {
  if (situation.device?.ingress === undefined || !('leaf' in blueprint)) return
  if (!has(situation, 'ifb'))
    throw missingError(situation, `the fault "${blueprint.words}" on what arrives`, [['ifb']])
  if (situation.scope.sender === undefined) return
  throw new UserError({
    code: 'USAGE_INVALID',
    message: 'the sender of what arrives is not known here: leave out uid and cgroup, or the direction',
  })
}

/** Only nftables knows who sends, and only of what leaves. */
function checkSender({scope}: Situation, blueprint: Blueprint): void {
  if (scope.sender === undefined) return
  const problem = (message: string): UserError => new UserError({code: 'USAGE_INVALID', message})
  if (blueprint.backend === 'ip' || isOurs(blueprint) || 'act' in blueprint) {
    throw problem(`${blueprint.words}: this can not tell who sends; leave out the scope's uid and cgroup`)
  }
  if (blueprint.backend === 'nft' && blueprint.verdict.direction === 'in') {
    throw problem('the sender of what arrives is not known here: uid and cgroup need direction out or both')
  }
}

/** Two changes of one device's addresses and routes could not be taken back in any order. */
function checkChanges(
  {place, scope}: Situation,
  {device}: NetworkChange,
  entries: readonly LedgerEntry[],
): void {
  const rival = entries.find(
    (entry) =>
      isOpen(entry) &&
      entry.network &&
      samePlace(entry.place, place) &&
      (device === null
        ? entry.network.device !== null || scopesOverlap(scope, entry.scope)
        : entry.network.device === null || entry.network.device === device),
  )
  if (!rival) return
  throw refused(
    'FAULT_OVERLAP',
    `the fault ${rival.name} (${rival.summary}) is in force, and both change the same addresses or routes`,
    ['one after the other: netdrill fault clear ends the first'],
  )
}

/** A setting that two faults change, or a process that two stop, would not be as before when the first of them ends. */
function checkActs({place}: Situation, {trace}: Act, entries: readonly LedgerEntry[]): void {
  const rival = entries.find(
    (entry) => isOpen(entry) && entry.trace && sameThing(trace, entry.trace, samePlace(entry.place, place)),
  )
  if (!rival) return
  throw refused(
    'FAULT_OVERLAP',
    `the fault ${rival.name} (${rival.summary}) is in force, and both act on the same`,
    ['one after the other: netdrill fault clear ends the first'],
  )
}

/** Whether both act on one and the same; settings and neighbours are those of a place. */
function sameThing(trace: Trace, other: Trace, isSamePlace: boolean): boolean {
  switch (trace.type) {
    case 'setting':
      return isSamePlace && other.type === 'setting' && other.name === trace.name
    case 'neighbours':
    case 'silent-neighbours':
      return isSamePlace && sameNeighbours(trace, other)
    case 'group-limit':
      return other.type === 'group-limit' && other.path === trace.path
    case 'limit':
      return other.type === 'limit' && other.limit === trace.limit && sameProcess(trace, other)
    default:
      return other.type !== 'limit' && sameProcess(trace, other)
  }
}

type Neighbours = Extract<Trace, {type: 'neighbours' | 'silent-neighbours'}>

function sameNeighbours(trace: Neighbours, other: Trace): boolean {
  if (other.type !== 'neighbours' && other.type !== 'silent-neighbours') return false
  const known = new Set(trace.before.map(({address}) => address))
  return other.device === trace.device && other.before.some(({address}) => known.has(address))
}

function sameProcess(trace: Trace, other: Trace): boolean {
  if (!('who' in trace) || !('who' in other)) return false
  return other.who.pid === trace.who.pid && other.who.start === trace.who.start
}
