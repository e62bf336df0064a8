/** The data path of one proxy while it is enabled. */
import type {Clock, Random} from '../../../core/ports.ts'
import type {HostPort} from './host-port.ts'
import type {Tally} from './tally.ts'
import type {Toxic} from './toxic.ts'

export interface EngineOptions {
  readonly listen: HostPort
  readonly upstream: HostPort
  readonly clock: Pick<Clock, 'now' | 'after' | 'sleep'>
  readonly random: Random
  /** Where what comes now goes to; the upstream if not given. */
  readonly route?: () => HostPort
  /** What the toxics of faults did. */
  readonly tally?: Tally
  readonly onConnection: (change: 'opened' | 'closed' | 'failed') => void
}

export interface EngineCounters {
  /** Connections (with UDP: clients) so far, and now. */
  readonly connections: number
  readonly live: number
  /** Bytes that came in and went out, per direction. */
  readonly received: {readonly upstream: number; readonly downstream: number}
  readonly sent: {readonly upstream: number; readonly downstream: number}
}

export interface Engine {
  /** Where it really listens. */
  readonly listens: HostPort
  readonly counters: EngineCounters
  set(toxics: readonly Toxic[]): Promise<void>
  stop(): Promise<void>
}
