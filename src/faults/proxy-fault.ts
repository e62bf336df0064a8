/** A fault that a userspace proxy does. The proxy is a part of this process, so its fault can't outlive it. */
import type {ProxyControl} from '../core/agent.ts'
import type {Clock} from '../core/ports.ts'
import type {ProxyEffect} from '../core/proxy-effects.ts'
import type {ActiveFault, FaultPlan} from './fault.ts'
import type {ProxyBoard} from './proxy-board.ts'

export interface ProxyFault {
  readonly plan: FaultPlan
  readonly effects: readonly ProxyEffect[]
  readonly control: ProxyControl
}

const NONE = {matched: 0, affected: 0}

export async function applyProxyFault(
  {plan, effects, control}: ProxyFault,
  board: ProxyBoard,
  clock: Clock,
): Promise<ActiveFault> {
  const count = async () => (await control.counters()).faults[plan.id] ?? NONE
  const before = await count()
  const started = clock.now()
  await board.set(control, {fault: plan.id, lasts: plan.lasts, effects})
  const took = clock.now() - started
  const remove = async (): ReturnType<ActiveFault['remove']> => {
    const began = clock.now()
    await board.clear(control, plan.id)
    return {took: clock.now() - began, restored: true, differences: []}
  }
  let removal: ReturnType<ActiveFault['remove']> | undefined
  return {
    plan,
    readback: `proxy ${control.name} does it to what passes`,
    // A proxy can only be asked for its counters; those and the probes prove it.
    asAsked: null,
    took,
    counters: async () => {
      const now = await count()
      const counters = {matched: now.matched - before.matched, affected: now.affected - before.affected}
      // A closed port is answered by the kernel: the proxy never sees the connections that it refuses.
      return refuses(effects) && counters.affected === 0 ? null : counters
    },
    remove: async () => {
      removal ??= remove()
      return removal
    },
  }
}

function refuses(effects: readonly ProxyEffect[]): boolean {
  return effects.some((effect) => effect.type === 'toxic' && ['refuse', 'down'].includes(effect.kind))
}
