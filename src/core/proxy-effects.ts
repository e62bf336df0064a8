/**
 * What a fault makes a userspace proxy do: toxics of the bytes or datagrams that pass, or a front that speaks the
 * protocol in the server's place. Travels to agents as JSON.
 */
import type {Millis, Ratio} from './units.ts'

/** A toxic by the words of the proxy's API: times in milliseconds, `rate` in 1000 bytes per second. */
export interface ToxicEffect {
  readonly type: 'toxic'
  readonly kind: string
  readonly stream: 'upstream' | 'downstream'
  /** Share of connections (of datagrams, with UDP) that it acts on. */
  readonly toxicity: Ratio
  readonly attributes: Readonly<Record<string, number>>
  /** Absent: whatever the proxy passes and the kind can act on. */
  readonly protocol?: 'tcp' | 'udp'
}

export type ProxyEffect = ToxicEffect

/** One fault in force on a proxy. */
export interface ProxyFaultOrder {
  /** Unique among the faults of the proxy. */
  readonly fault: string
  /** The proxy ends it by itself after so long, should nobody else. */
  readonly lasts: Millis
  readonly effects: readonly ProxyEffect[]
}

/** Connections, datagrams, questions, handshakes or requests: looked at, and changed, by one fault. */
export interface ProxyFaultCount {
  readonly matched: number
  readonly affected: number
}

export interface ProxyCounters {
  readonly connections: number
  readonly bytes: number
  /** By fault; those that have ended keep their last count. */
  readonly faults: Readonly<Record<string, ProxyFaultCount>>
}
