/** The contract of a probe kind. */
import type * as z from 'zod'
import type {Capability} from '../core/capabilities.ts'
import type {Failure} from '../core/failure.ts'
import type {Family, Outcome} from '../core/outcome.ts'
import type {Ports} from '../core/ports.ts'
import type {ProbeKind, TargetUrl} from '../core/target.ts'
import type {Millis} from '../core/units.ts'

export interface ProbeRequest<Options> {
  readonly url: TargetUrl
  /** 0 takes either family. */
  readonly family: Family | 0
  readonly source?: string
  readonly interface?: string
  readonly options: Options
}

export interface MeasureRun {
  readonly seq: number
  /** The deadline of this sample; its expiry is a failure, told apart from an abort. */
  readonly timeout: Millis
  /** The user's abort. */
  readonly signal: AbortSignal
  /** All times of this sample are taken: what follows only waits whether something still goes wrong. */
  readonly onTimed?: () => void
}

export interface ExtraReply {
  readonly kind: 'duplicate' | 'late'
  /** Of the sample that it answers. */
  readonly seq: number
  readonly rtt: Millis
}

/** An opened probe: may hold a socket between samples. `measure` never throws for what the network does. */
export interface Prober {
  /** How it measures where there is a choice, such as `icmp datagram socket`; null where there is none. */
  readonly method: string | null
  measure(run: MeasureRun): Promise<Outcome>
  /** Tells about replies beyond the first and after the deadline, where the kind can see them. */
  onExtra?(listener: (extra: ExtraReply) => void): void
  /** May be asked to measure again while it measures. */
  readonly concurrent?: boolean
  /** Tells that what it holds between samples has ended, where nobody was waiting for an answer. */
  onBroken?(listener: (failure: Failure) => void): void
  /** Gives up what it holds between samples; the next one begins anew. */
  reset?(): void
  close(): Promise<void>
}

export interface Probe<Options = unknown> {
  readonly kind: ProbeKind
  /** For lists, help and docs; lower case, no full stop. */
  readonly summary: string
  readonly example: string
  readonly defaultPort: number | null
  /** Without these the probe can't run at all: its samples are skipped with the remedy. */
  readonly needs: readonly Capability[]
  /** The keys that YAML and flags may set for this kind, beyond the shared ones. Strict. */
  readonly schema: z.ZodType<Options>
  open(request: ProbeRequest<Options>, ports: Ports): Promise<Prober>
  /**
   * The options that suit conditions on these fields (`http.status`, say): what a condition judges, the probe itself
   * need not judge, and what it looks at has to be kept.
   */
  attune?(options: Options, fields: readonly string[]): Options
}
