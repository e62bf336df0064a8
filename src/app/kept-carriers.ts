import type {Ports} from '../core/ports.ts'
import type {FaultBinding} from '../faults/fault.ts'
import {livingLabs} from './lab-records.ts'

/** Finds the kept lab to which a device belongs, by the network namespace in which the fault acts. */
export function findKeptDevice(ports: Pick<Ports, 'files' | 'host'>): NonNullable<FaultBinding['kept']> {
  return async (namespace, device) => {
    for (const {view, keeper, links} of await livingLabs(ports)) {
      const node = Object.entries(links?.namespaces ?? {}).find(([, number]) => number === namespace)?.[0]
      if (!links || node === undefined) continue
      const found = links.carried.find((end) => end.node === node && end.device === device)
      const {socket} = links
      if (!found || socket === null) return {lab: view.name, end: null}
      const {link, sender} = found
      return {lab: view.name, end: {lab: view.name, link, sender, socket, keeper}}
    }
    return null
  }
}
