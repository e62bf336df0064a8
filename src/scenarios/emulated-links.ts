/** Which links of a drill's lab netdrill has to carry itself, because the kernel can't do what the faults ask. Pure. */
import type {FaultSpec} from '../faults/fault.ts'
import {findWays} from '../lab/find-way.ts'
import type {LabLink, LabSpec} from '../lab/lab.ts'
import {linkName, planTopology} from '../lab/plan-topology.ts'
import type {DrillSpec} from './drill-spec.ts'
import {isNode, nodeOf, splitPlace} from './scope-names.ts'
import {stepsOf} from './timeline/plan-timeline.ts'

/** Where there is no netem: the links that carry the traffic of a fault that needs it. */
export function emulateForFaults(spec: DrillSpec): LabSpec | null {
  const {lab} = spec
  if (lab === null || lab.isolation === 'none') return lab
  const asked = new Set(spec.timeline.flatMap((item) => linksOf(item, spec, lab)))
  const mark = (link: LabLink): LabLink =>
    asked.has(linkName(link)) && link.emulate === undefined && link.bond === undefined
      ? {...link, emulate: true}
      : link
  return {...lab, links: lab.links.map(mark)}
}

function linksOf(item: DrillSpec['timeline'][number], spec: DrillSpec, lab: LabSpec): readonly string[] {
  const base = spec.faults[item.fault]
  const specs = stepsOf(item).flatMap((step) => step.spec ?? base ?? [])
  const needy = specs.find((one) => needsNetem(one) || (one.kind === 'netem' && specs.length > 1))
  return needy ? namesOf(needy, spec, lab) : []
}

/**
 * A rate alone can be had by a token bucket. One that changes can't: between two states the kernel would let everything through for
 * some milliseconds, which is more than a slow link carries in a second.
 */
function needsNetem(fault: FaultSpec): boolean {
  if (fault.kind !== 'netem') return false
  const keys = ['delay', 'rtt', 'jitter', 'loss', 'duplicate', 'corrupt', 'reorder', 'slot']
  return Object.entries(fault).some(([key, value]) => keys.includes(key) && value !== undefined)
}

/** The first link of the way; every link of the node when the way is not known before the lab is there. */
function namesOf({scope = {}}: FaultSpec, spec: DrillSpec, lab: LabSpec): readonly string[] {
  const from = scope.from ?? spec.from
  if (from === null || !isNode(spec, from)) return []
  const topology = planTopology(lab)
  const to = nodeOf(scope.to, spec)
  const own = topology.segments.filter(({ends}) => ends.some(({node}) => node === from))
  if (to === null || scope.device !== undefined) return own.map(({name}) => name)
  const {link} = splitPlace(scope.to ?? '')
  const segments = link === undefined ? topology.segments : own.filter(({name}) => name === link)
  const isRouter = (node: string): boolean => lab.settings?.[node]?.router ?? false
  const first = findWays(from, {...topology, segments}, isRouter).get(to)?.[0]
  return first ? [first.segment.name] : own.map(({name}) => name)
}
