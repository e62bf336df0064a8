/** What a proxy is asked to do, in few words. */
import type {ProxyEffect, ProxyFaultOrder} from '../../src/core/proxy-effects.ts'
import {REFUSE, RESET, STALL, delayEffects, rateEffects} from '../../src/faults/proxy-effects.ts'

export interface ProxyWords {
  readonly latency?: number
  readonly jitter?: number
  readonly bandwidth?: number
  readonly refuse?: boolean
  readonly reset?: boolean
  readonly blackhole?: boolean
}

let made = 0

/** One fault that does all of it; none when nothing is asked. */
export function proxyOrders(words: ProxyWords): readonly ProxyFaultOrder[] {
  const {latency = 0, jitter = 0, bandwidth, refuse, reset, blackhole} = words
  const effects: readonly ProxyEffect[] = [
    ...delayEffects(latency, jitter),
    ...rateEffects(bandwidth),
    ...(refuse ? REFUSE : []),
    ...(reset ? RESET : []),
    ...(blackhole ? STALL : []),
  ]
  return effects.length === 0 ? [] : [proxyOrder(effects)]
}

function proxyOrder(effects: readonly ProxyEffect[], fault = `fault-${++made}`): ProxyFaultOrder {
  return {fault, lasts: 60_000, effects}
}
