/** Host names in the scopes of faults on this machine, replaced by all their addresses. */
import {isNetwork} from '../core/address.ts'
import type {SystemResolver} from '../core/ports.ts'
import type {FaultSpec} from '../faults/fault.ts'
import type {DrillSpec, TimelineEntry} from './drill-spec.ts'

/** A name that can not be resolved stays: whoever binds the fault says what is wrong with it. In a lab names are nodes. */
export async function resolveScopeHosts(
  spec: DrillSpec,
  resolver: Pick<SystemResolver, 'lookup'>,
): Promise<DrillSpec> {
  if (spec.lab !== null) return spec
  const resolve = async (fault: FaultSpec): Promise<FaultSpec> => {
    const {scope} = fault
    if (scope?.to === undefined || scope.to.split(',').every((one) => isNetwork(one.trim()))) return fault
    const found = await resolver.lookup(scope.to, 0, new AbortController().signal)
    if ('code' in found || found.length === 0) return fault
    return {...fault, scope: {...scope, to: [...new Set(found.map(({address}) => address))].join(',')}}
  }
  const faults = await Promise.all(
    Object.entries(spec.faults).map(async ([name, fault]) => [name, await resolve(fault)] as const),
  )
  const timeline = spec.timeline.map(async (entry): Promise<TimelineEntry> => {
    if (!entry.steps) return entry
    const steps = entry.steps.map(async (step) => ({...step, spec: await resolve(step.spec)}))
    return {...entry, steps: await Promise.all(steps)}
  })
  return {...spec, faults: Object.fromEntries(faults), timeline: await Promise.all(timeline)}
}
