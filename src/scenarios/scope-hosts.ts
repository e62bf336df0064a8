/** The destinations of a drill's faults: so many of them, where that is asked, and host names as all their addresses. */
import {isNetwork} from '../core/address.ts'
import type {Random, SystemResolver} from '../core/ports.ts'
import type {FaultSpec} from '../faults/fault.ts'
import {pickDestinations} from '../faults/pick.ts'
import type {DrillSpec, TimelineEntry} from './drill-spec.ts'

/** `scope.pick` of every fault, by the run's seed: all steps and repetitions of a fault hit the same ones. */
export function pickScopes(spec: DrillSpec, random: Random): DrillSpec {
  const pick = (name: string, fault: FaultSpec): FaultSpec => {
    const {pick: count, ...scope} = fault.scope ?? {}
    if (count === undefined) return fault
    const all = (scope.to ?? '').split(',').flatMap((one) => one.trim() || [])
    return {...fault, scope: {...scope, to: pickDestinations(all, count, random.fork(name)).join(',')}}
  }
  return {
    ...spec,
    faults: Object.fromEntries(Object.entries(spec.faults).map(([name, one]) => [name, pick(name, one)])),
    timeline: spec.timeline.map((entry) =>
      entry.steps
        ? {...entry, steps: entry.steps.map((step) => ({...step, spec: pick(entry.fault, step.spec)}))}
        : entry,
    ),
  }
}

/** A name that can not be resolved stays: whoever binds the fault says what is wrong with it. In a lab names are nodes. */
export async function resolveScopeHosts(
  spec: DrillSpec,
  resolver: Pick<SystemResolver, 'lookup'>,
): Promise<DrillSpec> {
  if (spec.lab !== null) return spec
  const resolve = async (fault: FaultSpec): Promise<FaultSpec> => {
    const {scope} = fault
    // On another host names mean what they mean there.
    if (fault.on !== undefined) return fault
    if (scope?.to === undefined || scope.to.split(',').every((one) => isNetwork(one.trim()))) return fault
    const found = await Promise.all(scope.to.split(',').map(async (one) => addressesOf(one.trim(), resolver)))
    if (found.some((addresses) => addresses.length === 0)) return fault
    return {...fault, scope: {...scope, to: [...new Set(found.flat())].join(',')}}
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

async function addressesOf(
  name: string,
  resolver: Pick<SystemResolver, 'lookup'>,
): Promise<readonly string[]> {
  if (isNetwork(name)) return [name]
  const found = await resolver.lookup(name, 0, new AbortController().signal)
  return 'code' in found ? [] : found.map(({address}) => address)
}
