/** The hosts that faults of a document are put in force on. */
import type {LoadedDocument} from '../config/load.ts'
import {type Position, UserError} from '../core/errors.ts'
import {loadFault} from '../faults/registry.ts'
import type {NetdrillDocument} from './document-schema.ts'
import type {DrillSpec} from './drill-spec.ts'

/** Where each is written, by fault. Throws CONFIG_INVALID for a fault that can only be where the client is. */
export async function readHosts(
  document: Pick<LoadedDocument<NetdrillDocument>, 'value' | 'positionOf'>,
): Promise<Readonly<Record<string, Position>>> {
  const places: Record<string, Position> = {}
  for (const [name, {kind, on}] of Object.entries(document.value.faults ?? {})) {
    if (on === undefined) continue
    const position = document.positionOf(['faults', name, 'on'])
    if ((await loadFault(kind)).proxyOnly === true) {
      throw new UserError({
        code: 'CONFIG_INVALID',
        message: `a ${kind} fault stands here, between the client and its target: it can not be on another host`,
        position,
        advice: [
          'leave out on',
          'what acts on packets or programs there: partition, netem, process and others',
        ],
      })
    }
    places[name] = position
  }
  return places
}

/** A lab is a network of its own, from which no other host is seen. Throws CONFIG_INVALID. */
export function refuseHostsInLab({lab, hosts = {}, timeline}: DrillSpec): void {
  const used = timeline.find(({fault}) => Object.hasOwn(hosts, fault))
  if (lab === null || !used) return
  const position = hosts[used.fault]
  throw new UserError({
    code: 'CONFIG_INVALID',
    message: `${used.fault} is on another host, which the nodes of a lab do not see`,
    ...(position && {position}),
    advice: [
      'leave out the lab and probe that host itself',
      'or leave out on: the fault then acts in the lab',
    ],
  })
}
