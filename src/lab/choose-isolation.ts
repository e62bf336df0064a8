import type {Capability} from '../core/capabilities.ts'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Ports} from '../core/ports.ts'
import type {Isolation, Lab, LabSpec} from './lab.ts'

/** What nodes in namespaces are made with. */
const NEEDS: readonly Capability[] = ['linux', 'network-namespaces', 'ip']

/** What a lab has that loopback can't stand for; null when it can. */
function needsNamespaces({networks, settings, links, servers}: LabSpec): string | null {
  const special = Object.entries(settings ?? {}).find(
    ([, {router, nat, firewall, resolver, mptcp}]) =>
      router || nat.length > 0 || firewall.length > 0 || resolver !== null || mptcp !== undefined,
  )
  if (special) return `node ${special[0]} routes, filters, speaks MPTCP or has a resolver of its own`
  if (Object.keys(networks ?? {}).length > 0) return 'it has a network'
  if (links.some(({bond, shape}) => bond !== undefined || Object.keys(shape ?? {}).length > 0)) {
    return 'a link is bonded or shaped'
  }
  return Object.keys(servers).length > 0 && links.some(({name}) => name !== undefined)
    ? 'its links have names'
    : null
}

export interface IsolationChoice {
  readonly isolation: Lab['isolation']
  readonly because: string
}

/**
 * Asks the machine only when namespaces are wanted. Throws `CAPABILITY_MISSING` (exit 6) when they must be and can't,
 * and `CONFIG_INVALID` when they mustn't be and the lab is nothing without them.
 */
export async function chooseIsolation(
  spec: LabSpec,
  ports: Pick<Ports, 'capabilities'>,
): Promise<IsolationChoice> {
  const need = needsNamespaces(spec)
  const wanted: Isolation = need !== null && spec.isolation === 'auto' ? 'required' : spec.isolation
  if (wanted === 'none' && need !== null) {
    throw new UserError({
      code: 'CONFIG_INVALID',
      message: `isolation: none puts everything on loopback, which this lab can't live on: ${need}`,
      advice: ['set isolation: auto'],
    })
  }
  if (wanted === 'none') return {isolation: 'loopback', because: 'everything on loopback, as asked'}
  const needs = spec.links.some(({bond}) => bond !== undefined) ? [...NEEDS, 'bonding' as const] : NEEDS
  for (const capability of needs) {
    const report = await ports.capabilities.check(capability)
    if (report.status === 'present') continue
    const lack = `no ${capability}: ${report.found}`
    if (wanted === 'required') {
      throw new UserError(
        {
          code: 'CAPABILITY_MISSING',
          message: `${capability === 'bonding' ? 'a link of the lab is bonded, which' : 'the lab needs network namespaces, which'} can't be had here (${lack})`,
          advice: [
            report.remedy,
            need === null ? 'set isolation: auto to run on loopback where that will do' : '',
          ].filter(Boolean),
        },
        EXIT.capability,
      )
    }
    return {
      isolation: 'loopback',
      because: `everything on loopback, since namespaces can't be made (${lack})`,
    }
  }
  return {isolation: 'namespaces', because: 'each node is a network namespace held by its agent'}
}
