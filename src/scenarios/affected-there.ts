/** Which targets a fault on another host must be felt by. Only what is certain: all else is proven by that host alone. */
import {isInNetwork} from '../core/address.ts'
import {parseTargetUrl} from '../core/target.ts'
import type {FaultHost, FaultSpec} from '../faults/fault.ts'
import {readHost} from '../faults/hosts/ssh-host.ts'
import type {DrillTarget} from './drill-spec.ts'
import {coversProtocol} from './scope-names.ts'

/**
 * Targets on that very host, when the scope covers the address that we send from: the one of the ssh connection, or the one that the
 * target is bound to. A port, a sender or a place in the scope leaves open whether a connection is hit.
 */
export function affectedThere(
  {scope = {}}: FaultSpec,
  {name, ends, to}: FaultHost,
  targets: readonly DrillTarget[],
): readonly string[] {
  const {port, uid, cgroup, namespace, pid, container, from} = scope
  const isOpen = [port, uid, cgroup, namespace, pid, container, from].some((part) => part !== undefined)
  if (isOpen || ends === null || to === null) return []
  const networks = to.split(',')
  const host = readHost(name)?.destination.split('@').at(-1)
  return targets.flatMap((target) => {
    const {role, source, interface: device} = target
    const url = parseTargetUrl(target.url)
    if (role === 'control' || !url.ok || (device !== undefined && source === undefined)) return []
    const isThere = url.value.host === ends.server || url.value.host === host
    const isCovered = networks.some((network) => isInNetwork(source ?? ends.client, network))
    return isThere && isCovered && coversProtocol(scope, url.value) ? [target.name] : []
  })
}
