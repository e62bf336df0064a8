/** A fault kind with its pure planner. */
import type {FaultKind, FaultSpec} from './fault.ts'
import type {Sight, SightWorld} from './sight.ts'
import type {Blueprint, Situation} from './situation.ts'

export interface PlannedKind<Spec extends FaultSpec = FaultSpec> extends FaultKind<Spec> {
  /** The kernel way acts on a device, so one has to be found. */
  readonly needsDevice: boolean
  /** Nothing but a proxy can do it. */
  readonly proxyOnly?: true
  /** The kernel way takes a leaf in the device's tree. */
  readonly shapes: boolean
  /** Addresses and routes have to be known before: of the device, or all routes of the place. */
  readonly needsNetwork?: 'device' | 'all'
  /** It names what it hits (a process, a port of this machine): it can't be broad, nor lock anybody out by its scope. */
  readonly names?: true
  /** Looks at what only this kind needs to know. Reads only. */
  look?(spec: Spec, where: SightWorld): Promise<Sight | null>
  /** Decides backend and parameters. Throws `UserError`: exit 6 when it can't be had here, 2 when it makes no sense. */
  plan(spec: Spec, situation: Situation): Blueprint
}
