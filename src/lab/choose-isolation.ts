import type {Capability} from '../core/capabilities.ts'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Ports} from '../core/ports.ts'
import type {Isolation, Lab} from './lab.ts'

/** What nodes in namespaces are made with. */
const NEEDS: readonly Capability[] = ['linux', 'network-namespaces', 'ip']

export interface IsolationChoice {
  readonly isolation: Lab['isolation']
  readonly because: string
}

/** Asks the machine only when namespaces are wanted. Throws `CAPABILITY_MISSING` (exit 6) when they must be and can't. */
export async function chooseIsolation(
  wanted: Isolation,
  ports: Pick<Ports, 'capabilities'>,
): Promise<IsolationChoice> {
  if (wanted === 'none') return {isolation: 'loopback', because: 'everything on loopback, as asked'}
  for (const capability of NEEDS) {
    const report = await ports.capabilities.check(capability)
    if (report.status === 'present') continue
    const lack = `no ${capability}: ${report.found}`
    if (wanted === 'required') {
      throw new UserError(
        {
          code: 'CAPABILITY_MISSING',
          message: `the lab needs network namespaces, and they can't be made here (${lack})`,
          advice: [report.remedy, 'set isolation: auto to run on loopback where that will do'].filter(
            Boolean,
          ),
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
