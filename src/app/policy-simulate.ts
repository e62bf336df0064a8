/** Simulates a fleet with a policy that is found by name or file. */
import type {Files} from '../core/ports.ts'
import {simulate} from '../policies/simulate/compare.ts'
import type {FleetSettings} from '../policies/simulate/fleet.ts'
import type {SimulationView} from '../reporters/policy-simulate-view.ts'
import {simulationSvg} from '../reporters/policy-simulate-svg.ts'
import {freshSeed} from '../system/seed.ts'
import {type PolicyPorts, findPolicy} from './policies.ts'

export interface SimulationRequest extends Omit<FleetSettings, 'seed'> {
  /** A preset, FILE or FILE#NAME of one policy. */
  readonly what: string
  /** Drawn when it is absent, and told in the result. */
  readonly seed: number | undefined
  /** Where a picture goes, if there is to be one. */
  readonly svg: string | undefined
}

export interface SimulationPorts extends PolicyPorts {
  readonly files: Pick<Files, 'readText' | 'writePrivate'>
}

/** Throws what `findPolicy` throws. */
export async function simulatePolicy(
  request: SimulationRequest,
  ports: SimulationPorts,
): Promise<SimulationView> {
  const {what, svg, seed, ...rest} = request
  const {policy} = await findPolicy(what, ports)
  const settings = {...rest, seed: seed ?? freshSeed()}
  const view = {policy: policy.name, ...settings, variants: simulate(policy, settings)}
  if (svg !== undefined) await ports.files.writePrivate(svg, simulationSvg(view))
  return view
}
