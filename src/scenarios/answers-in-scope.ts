import {isInNetwork} from '../core/address.ts'
import {parseTargetUrl} from '../core/target.ts'
import type {FaultScope} from '../faults/fault.ts'
import type {Lab} from '../lab/lab.ts'
import {linkName} from '../lab/plan-topology.ts'
import type {DrillSpec} from './drill-spec.ts'
import {coversProtocol, isNode} from './scope-names.ts'

/**
 * Names of the targets whose answers match every part of a resolved scope: it acts at the node that answers, on what goes to
 * the node that asks. Answers go to ports that nobody has named, so a scope with a port means other packets.
 */
export function answersInScope(
  scope: FaultScope,
  at: string | null,
  drill: DrillSpec,
  lab: Lab,
): readonly string[] {
  const {from: asks} = drill
  const {to, port} = scope
  if (at === null || asks === null || at === asks || port !== undefined) return []
  if (!isNode(drill, at) || !isNode(drill, asks)) return []
  const ways = [undefined, ...(drill.lab?.links ?? []).map(linkName)].flatMap(
    (link) => lab.link(asks, at, link) ?? [],
  )
  const networks = to?.split(',').map((one) => one.trim())
  const isMeant = (host: string): boolean =>
    ways.some(
      (way) =>
        way.to.address === host && (networks?.some((one) => isInNetwork(way.from.address, one)) ?? true),
    )
  return drill.targets
    .filter(({url, role}) => {
      const parsed = parseTargetUrl(lab.resolve(url))
      return (
        role !== 'control' && parsed.ok && coversProtocol(scope, parsed.value) && isMeant(parsed.value.host)
      )
    })
    .map(({name}) => name)
}
