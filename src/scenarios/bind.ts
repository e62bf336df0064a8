/** From the names of a drill document to where a fault acts, on what, and which targets it hits. */
import {HOST} from '../core/place.ts'
import type {FaultBinding, FaultScope, FaultSpec} from '../faults/fault.ts'
import type {Lab} from '../lab/lab.ts'
import {answersInScope} from './answers-in-scope.ts'
import type {DrillSpec} from './drill-spec.ts'
import {coversTarget, isNode, nodeOf, resolveScope, splitPlace} from './scope-names.ts'

export interface BoundFault {
  readonly spec: FaultSpec
  readonly binding: FaultBinding
  /** Only the userspace proxy may be used. */
  readonly proxyOnly: boolean
  /** Names of the targets inside the scope. */
  readonly affected: readonly string[]
  /** And of those whose answers are. */
  readonly felt: readonly string[]
}

/** Replaces server and node names in the scope by addresses and finds out where the fault has to act. */
export function bindFault(spec: FaultSpec, drill: DrillSpec, lab: Lab): BoundFault {
  // Names of another host are for that host; what it hits is known when it has planned.
  if (spec.on !== undefined)
    return {spec, binding: {place: HOST, device: null, proxy: null}, proxyOnly: false, affected: [], felt: []}
  const scope = resolveScope(spec.scope ?? {}, drill, lab)
  const affected = drill.targets.filter((target) => coversTarget(scope, target, lab)).map(({name}) => name)
  const answers = answersInScope(scope, scope.from ?? drill.from, drill, lab)
  return {
    // `from` is where the fault acts, not a part of what the kernel matches.
    spec: {...spec, scope: {...scope, from: undefined}},
    binding: bindPlace(spec.scope ?? {}, drill, lab),
    proxyOnly: drill.lab !== null && lab.isolation === 'loopback',
    affected,
    felt: [...new Set([...affected, ...answers])],
  }
}

function bindPlace(scope: FaultScope, drill: DrillSpec, lab: Lab): FaultBinding {
  const from = scope.from ?? drill.from
  const proxy = proxyFor(scope, drill, lab)
  if (from === null || !isNode(drill, from) || lab.isolation === 'loopback') {
    return {place: HOST, device: scope.device ?? null, proxy}
  }
  const device = scope.device ?? deviceTo(scope.to, from, drill, lab)
  const carrier = device === null ? null : (lab.carrierOf?.(from, device) ?? null)
  return {place: lab.place(from), device, proxy, ...(carrier && {carrier})}
}

function proxyFor({to}: FaultScope, drill: DrillSpec, lab: Lab): FaultBinding['proxy'] {
  const {name} = splitPlace(to ?? '')
  return drill.lab?.servers[name] ? lab.proxyOf(name) : null
}

function deviceTo(to: string | undefined, from: string, drill: DrillSpec, lab: Lab): string | null {
  const node = nodeOf(to, drill)
  if (node === null || node === from) return null
  return lab.link(from, node, splitPlace(to ?? '').link)?.from.device ?? null
}
