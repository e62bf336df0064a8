/** A fault that a userspace proxy does. The proxy is a part of this process, so its fault can't outlive it. */
import type {ProxyControl, ProxyImpairment} from '../core/agent.ts'
import type {Clock} from '../core/ports.ts'
import type {ActiveFault, FaultPlan} from './fault.ts'
import type {ProxyBoard} from './proxy-board.ts'

export interface ProxyFault {
  readonly plan: FaultPlan
  readonly impairment: ProxyImpairment
  readonly control: ProxyControl
}

export async function applyProxyFault(
  {plan, impairment, control}: ProxyFault,
  board: ProxyBoard,
  clock: Clock,
): Promise<ActiveFault> {
  const before = await control.counters()
  const started = clock.now()
  await board.set(control, plan.id, impairment)
  const took = clock.now() - started
  const remove = async (): ReturnType<ActiveFault['remove']> => {
    const began = clock.now()
    await board.clear(control, plan.id)
    return {took: clock.now() - began, restored: true, differences: []}
  }
  let removal: ReturnType<ActiveFault['remove']> | undefined
  return {
    plan,
    readback: `proxy ${control.name} took ${JSON.stringify(impairment)}`,
    // A proxy can only be asked for its counters; those and the probes prove it.
    asAsked: null,
    took,
    counters: async () => {
      const now = await control.counters()
      const affected = now.impaired - before.impaired
      // A closed port is answered by the kernel: the proxy never sees the connections that it refuses.
      if (impairment.refuse && affected === 0) return null
      // A connection from before the fault is hit as well, though it isn't counted as new.
      return {matched: Math.max(now.connections - before.connections, affected), affected}
    },
    remove: async () => {
      removal ??= remove()
      return removal
    },
  }
}
