/** What faults ask of a proxy, as effects. Each acts on both directions, as a path would. */
import type {ProxyEffect, ToxicEffect} from '../core/proxy-effects.ts'
import type {BitsPerSecond, Millis} from '../core/units.ts'

/** Longer than any fault lasts. */
const EVER: Millis = 24 * 3_600_000

export function delayEffects(latency: Millis, jitter: Millis): readonly ProxyEffect[] {
  return latency > 0 ? bothWays('latency', {latency, jitter}) : []
}

export function rateEffects(bandwidth: BitsPerSecond | undefined): readonly ProxyEffect[] {
  // The toxic counts in 1000 bytes per second, which are bytes per millisecond.
  return bandwidth === undefined ? [] : bothWays('bandwidth', {rate: bandwidth / 8000})
}

/** Nothing passes, nothing is closed, and nothing is lost: it goes on when the fault ends. */
export const STALL: readonly ProxyEffect[] = bothWays('stall', {timeout: 0})

/** The kernel refuses new connections. */
export const REFUSE: readonly ProxyEffect[] = [toxic('refuse', 'downstream', {})]

/** Live connections get an RST at once, idle ones too; new ones right after they were accepted. */
export const RESET: readonly ProxyEffect[] = [
  toxic('reset_peer', 'downstream', {timeout: 0}),
  toxic('fail_window', 'downstream', {after: 0, length: EVER}),
]

function bothWays(kind: string, attributes: ToxicEffect['attributes']): readonly ToxicEffect[] {
  return [toxic(kind, 'upstream', attributes), toxic(kind, 'downstream', attributes)]
}

function toxic(
  kind: string,
  stream: ToxicEffect['stream'],
  attributes: ToxicEffect['attributes'],
): ToxicEffect {
  return {type: 'toxic', kind, stream, toxicity: 1, attributes}
}
