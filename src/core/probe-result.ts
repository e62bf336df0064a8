/** The result of probing one target for a while: what `probe --json` prints. Names are a contract; times are in ms. */
import type {Blame, Category, Failure, Stage} from './failure.ts'
import type {
  DnsFacts,
  HttpFacts,
  MptcpFacts,
  PingFacts,
  StunFacts,
  TcpFacts,
  TlsFacts,
  TurnFacts,
  UdpFacts,
  WebSocketFacts,
} from './facts.ts'
import type {BreakerStatus} from './guard-events.ts'
import type {AddressOutcome, Family, Phases, SkipReason} from './outcome.ts'
import type {RttStatistics} from './statistics.ts'
import type {TrailStep} from './strategy-events.ts'
import type {Millis, Ratio} from './units.ts'

/** One sample, without the facts that the result gives once. */
export interface ProbeSample {
  /** Counts slots of the schedule from 1, so that missed ones leave a gap. */
  readonly seq: number
  /** When it was sent, from the start. */
  readonly at: Millis
  readonly status: 'ok' | 'failed' | 'skipped'
  readonly code: string | null
  readonly message: string | null
  readonly address: string | null
  readonly rtt: Millis | null
  readonly took: Millis | null
  /** Tries that this sample took; more than one only with a policy. */
  readonly attempts: number
}

/** How one condition was judged. */
export interface ExpectationResult {
  readonly condition: string
  /** Null: it can't be told, since the value was not measured. */
  readonly met: boolean | null
  /** The condition and the value, in words. */
  readonly text: string
}

export interface ProbeResult {
  readonly schema: 'netdrill/probe/1'
  readonly target: string
  readonly kind: string
  /** How it was measured where there is a choice. */
  readonly method: string | null
  /** Wall clock at the start, ISO 8601: a label. */
  readonly started: string
  readonly duration: Millis

  /** Every sample that was taken succeeded. Without any sample it is false. */
  readonly ok: boolean
  /** Of the last failed sample; null when none failed. */
  readonly code: string | null
  readonly stage: Stage | null
  readonly category: Category | null
  readonly blame: Blame | null
  readonly failure: Failure | null
  /** How often each code was seen. */
  readonly failures: Readonly<Record<string, number>>
  /** The most tries that a sample took. */
  readonly attempts: number
  /** A sample succeeded, but only after a retry. */
  readonly flaky: boolean

  /** Where the last sample went. */
  readonly address: string | null
  readonly family: Family | null
  readonly port: number | null
  /** What became of each address in the last sample that knew of any. */
  readonly addresses: readonly AddressOutcome[]

  readonly sent: number
  readonly received: number
  readonly loss: Ratio
  /** Duplicate replies, as a share of the received. */
  readonly dup: Ratio
  /** Replies that arrived after one to a later request, as a share of all that arrived. */
  readonly reorder: Ratio
  readonly duplicates: number
  /** Replies after their deadline; lost all the same. */
  readonly late: number
  /** Slots of the schedule that were not used, since the sample before was still under way. */
  readonly missed: number
  /** How late this process ran at most after its first sample: what a time without a kernel's stamp may be too long. */
  readonly loop_lag_max: Millis
  /** Samples in the longest run of lost ones. */
  readonly lost_in_a_row: number
  /** How long that run was: the slots from its first lost sample to the next reply, times the interval. */
  readonly outage: Millis
  /** Samples that could not be taken for a reason of our own. */
  readonly skipped: number
  readonly skip: SkipReason | null

  readonly rtt: RttStatistics | null
  /** Averages over the samples that succeeded; of the last failed one when none did. */
  readonly phase: Phases
  readonly ping: PingFacts | null
  readonly tcp: TcpFacts | null
  readonly dns: DnsFacts | null
  readonly tls: TlsFacts | null
  readonly http: HttpFacts | null
  readonly udp: UdpFacts | null
  readonly stun: StunFacts | null
  readonly turn: TurnFacts | null
  readonly mptcp: MptcpFacts | null
  readonly websocket: WebSocketFacts | null

  /** At the end; null for a policy without one, or no policy. */
  readonly breaker: BreakerStatus | null
  /** What was decided and done about failures, in its order: at most the last 200 steps. */
  readonly trail: readonly TrailStep[]
  readonly samples: readonly ProbeSample[]
  readonly expectations: readonly ExpectationResult[]
  /** Ended before its time by a signal. */
  readonly interrupted: boolean
  /** `skipped`: nothing could be measured here, and `skip` says why. */
  readonly verdict: ProbeVerdict
  readonly exit: number
}

export type ProbeVerdict = 'pass' | 'fail' | 'skipped' | 'interrupted'
