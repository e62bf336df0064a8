/** The lab of a drill as this machine can build it. */
import type {Ports} from '../core/ports.ts'
import type {LabSpec} from '../lab/lab.ts'
import type {DrillSpec} from '../scenarios/drill-spec.ts'
import {emulateForFaults} from '../scenarios/emulated-links.ts'

/** What is watched when a drill has no lab: the host itself, through one agent. */
const HOST_LAB: LabSpec = {isolation: 'none', nodes: ['host'], links: [], servers: {}}

/** Where the kernel has no netem, netdrill itself carries the links that are to be delayed or to lose packets. */
export async function labFor(spec: DrillSpec, {capabilities}: Pick<Ports, 'capabilities'>): Promise<LabSpec> {
  const {status} = await capabilities.check('qdisc-netem')
  const lab = status === 'missing' ? emulateForFaults(spec) : spec.lab
  return lab ?? {...HOST_LAB, servers: spec.ownServers ?? {}}
}
