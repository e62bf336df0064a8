/** The engine for these faults: with connections to other hosts where one of them is to be there. */
import type {Ports} from '../core/ports.ts'
import {openFaultEngine} from '../faults/engine.ts'
import type {FaultEngine, FaultSpec} from '../faults/fault.ts'
import type {HostedEngine} from '../faults/hosts/hosted-engine.ts'
import {systemHostDoor} from '../system/host-channel.ts'
import {packageVersion} from '../system/package-root.ts'

interface EngineWishes {
  readonly run: string
  readonly dryRun?: boolean
  /** Another host was lost, or faults were halted there. */
  readonly onTrouble: (because: string) => void
}

export async function openEngineFor(
  faults: readonly Pick<FaultSpec, 'on'>[],
  wishes: EngineWishes,
  ports: Ports,
): Promise<FaultEngine> {
  const isHere = faults.every(({on}) => on === undefined)
  return isHere ? openFaultEngine(ports, wishes) : openEngineOnHosts(wishes, ports)
}

export async function openEngineOnHosts(wishes: EngineWishes, ports: Ports): Promise<HostedEngine> {
  const {openHostedEngine} = await import('../faults/hosts/hosted-engine.ts')
  const {clock, host} = ports
  const world = {clock, door: systemHostDoor(host), version: packageVersion()}
  return openHostedEngine(openFaultEngine(ports, wishes), {...wishes, ...world})
}
