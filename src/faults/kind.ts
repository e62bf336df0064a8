/** A fault kind with its pure planner. */
import type {FaultKind, FaultSpec} from './fault.ts'
import type {Blueprint, Situation} from './situation.ts'

export interface PlannedKind<Spec extends FaultSpec = FaultSpec> extends FaultKind<Spec> {
  /** The kernel way acts on a device, so one has to be found. */
  readonly needsDevice: boolean
  /** The kernel way takes a leaf in the device's tree. */
  readonly shapes: boolean
  /** Addresses and routes have to be known before: of the device, or all routes of the place. */
  readonly needsNetwork?: 'device' | 'all'
  /** Decides backend and parameters. Throws `UserError`: exit 6 when it can't be had here, 2 when it makes no sense. */
  plan(spec: Spec, situation: Situation): Blueprint
}
