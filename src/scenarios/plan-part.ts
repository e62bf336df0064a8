/** One state of one fault of a drill, planned where it is to act. */
import {atPosition} from '../core/errors.ts'
import type {Millis} from '../core/units.ts'
import type {FaultBinding, FaultEngine, FaultPlan, FaultSpec} from '../faults/fault.ts'
import type {Lab} from '../lab/lab.ts'
import {affectedThere} from './affected-there.ts'
import {bindFault} from './bind.ts'
import type {DrillSpec} from './drill-spec.ts'

export interface PlannedPart {
  readonly name: string
  readonly binding: FaultBinding
  /** Names of the targets inside the scope. */
  readonly affected: readonly string[]
  /** And of those whose answers are. */
  readonly felt: readonly string[]
  readonly plan: FaultPlan
}

interface Part {
  readonly id: string
  readonly name: string
  readonly spec: FaultSpec
  readonly lasts: Millis
}

interface PartWorld {
  readonly spec: DrillSpec
  readonly lab: Lab
  readonly engine: FaultEngine
}

/** Throws what the engine throws; about a fault on another host with the place where that is named. */
export async function planPart(part: Part, {spec, lab, engine}: PartWorld): Promise<PlannedPart> {
  const bound = bindFault(part.spec, spec, lab)
  try {
    const plan = await engine.plan({
      ...part,
      spec: bound.spec,
      binding: bound.binding,
      ...(bound.proxyOnly ? {backend: 'proxy' as const} : {}),
      allow: {broad: bound.binding.place.kind !== 'host', lockout: false},
    })
    const affected = plan.on ? affectedThere(bound.spec, plan.on, spec.targets) : bound.affected
    return {name: part.name, binding: bound.binding, affected, felt: plan.on ? affected : bound.felt, plan}
  } catch (error) {
    throw atPosition(error, spec.hosts?.[part.name])
  }
}
