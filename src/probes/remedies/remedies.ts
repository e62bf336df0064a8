/** What is done about the failures and the slowness of one target besides climbing the ladder. */
import type {Failure} from '../../core/failure.ts'
import type {Outcome, Reading} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import type {StrategyStep} from '../../core/strategy-events.ts'
import type {TargetUrl} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {SharedGuards} from '../../policies/guards/shared.ts'
import {isShortage} from '../../policies/guards/shortage.ts'
import type {Policy} from '../../policies/policy.ts'
import {
  type AdaptiveState,
  adaptiveTimeout,
  describeAdaptive,
  observeAttempt,
  startAdaptive,
} from '../../policies/remedies/adaptive.ts'
import {
  type HedgeState,
  earnHedge,
  hedgeDelay,
  observeSuccess,
  spendHedge,
  startHedge,
} from '../../policies/remedies/hedge.ts'
import type {FailedAt, Mended, Remedy} from '../../policies/remedies/remedy.ts'
import {NO_REMEDIES, type RemedySettings} from '../../policies/remedies/settings.ts'
import {NetworkWakes} from '../../policies/wake-source.ts'
import {reportCertificate} from './certificate-report.ts'
import {type MeasureOne, measureHedged} from './hedged.ts'
import {isHedgeable} from './hedgeable.ts'
import {withOtherResolvers} from './other-resolvers.ts'
import {suitsMatrix} from './suits-matrix.ts'

export interface RemediesOptions {
  readonly policy: Policy
  readonly url: TargetUrl
  /** As validated by the schema of the kind. */
  readonly options: Readonly<Record<string, unknown>>
  readonly ports: Ports
}

export type TellStep = (step: StrategyStep, attempt: number | null) => void

export interface AttemptRun {
  readonly attempt: number
  readonly timeout: Millis
  readonly signal: AbortSignal
  /** Whether a second attempt may begin now. */
  readonly mayHedge: () => boolean
  readonly measure: MeasureOne
}

/** One per target, for as long as it is probed. Open its probers with `ports`; `close` it at the end. */
export class Remedies {
  readonly ports: Ports
  readonly wake: NetworkWakes
  readonly #options: RemediesOptions
  readonly #settings: RemedySettings
  readonly #hedgeable: boolean
  #tell: TellStep = () => {}
  #attempt: number | null = null
  #adaptive: AdaptiveState | null
  #hedge: HedgeState | null
  /** The diagnosis of a failed handshake is made once until something succeeds. */
  #versionsTried = false
  #lastText = ''

  constructor(options: RemediesOptions) {
    const {policy, ports, url} = options
    this.#options = options
    this.#settings = policy.remedies ?? NO_REMEDIES
    this.wake = new NetworkWakes(ports.network, url.host)
    const {resolvers, adaptive, hedge} = this.#settings
    this.#hedgeable = isHedgeable(url, options.options)
    this.#adaptive = adaptive && startAdaptive(adaptive)
    this.#hedge = hedge && startHedge(hedge)
    const onStep = (step: StrategyStep): void => this.#step(step)
    const {attemptTimeout} = policy
    const helps = resolvers.length > 0 && url.kind !== 'dns'
    this.ports = helps
      ? {...ports, resolver: withOtherResolvers({resolvers, attemptTimeout, ports, onStep})}
      : ports
  }

  /** Who hears of the steps from now on. */
  onStep(tell: TellStep): void {
    this.#tell = tell
  }

  close(): void {
    this.wake.close()
  }

  /** The timeout of an attempt that would have `most`. */
  timeout(most: Millis): Millis {
    return this.#adaptive ? adaptiveTimeout(this.#adaptive, most) : most
  }

  /** Makes an attempt, with a second one beside it where the policy wants that. */
  async attempt({attempt, timeout, signal, mayHedge, measure}: AttemptRun): Promise<Outcome> {
    const {clock} = this.#options.ports
    this.#attempt = attempt
    const started = clock.now()
    const after = this.#hedgeAfter(attempt)
    if (after === null || after >= timeout) {
      const outcome = await measure({timeout, signal, second: false})
      this.#observe(outcome, clock.now() - started)
      return outcome
    }
    const mayBegin = (): boolean => {
      const may = mayHedge()
      if (may && this.#hedge) this.#hedge = spendHedge(this.#hedge)
      return may
    }
    const hedged = await measureHedged({clock, timeout, signal, after, mayBegin, measure})
    if (hedged.text !== null && !signal.aborted) {
      const result = hedged.secondWon ? 'helped' : hedged.outcome.status === 'failed' ? 'failed' : 'told'
      this.#step({strategy: 'hedge', result, text: hedged.text})
    }
    this.#observe(hedged.outcome, clock.now() - started)
    return hedged.outcome
  }

  /** Looks at a failure before the ladder does. `partial` is what was learnt before it. Never rejects. */
  async mend(failure: Failure, partial: Reading, shared: SharedGuards, at: FailedAt): Promise<Mended> {
    this.#attempt = at.attempt
    // What can't be found out must not end the ladder.
    const remedy = await this.#remedy(failure, partial, shared, at).catch(() => undefined)
    const {policy} = this.#options
    if (!this.#adaptive) return {remedy}
    const text = describeAdaptive(this.#adaptive, policy.attemptTimeout)
    this.#step({strategy: 'adaptive', result: 'told', text})
    return {remedy, waitFactor: this.#adaptive.factor}
  }

  #hedgeAfter(attempt: number): Millis | null {
    if (!this.#hedge) return null
    if (!this.#hedgeable) {
      const text = 'no second attempts: what is sent may change something on the server'
      if (attempt === 1) this.#once({strategy: 'hedge', result: 'told', text})
      return null
    }
    this.#hedge = earnHedge(this.#hedge)
    return hedgeDelay(this.#hedge)
  }

  #observe(outcome: Outcome, took: Millis): void {
    if (outcome.status === 'skipped') return
    const failure = outcome.status === 'failed' ? outcome.failure : null
    if (this.#adaptive) this.#adaptive = observeAttempt(this.#adaptive, {failure, took})
    if (failure !== null) return
    this.#versionsTried = false
    if (this.#hedge) this.#hedge = observeSuccess(this.#hedge, took)
  }

  async #remedy(
    failure: Failure,
    partial: Reading,
    shared: SharedGuards,
    at: FailedAt,
  ): Promise<Remedy | undefined> {
    if (failure.category === 'path') return this.#hold(failure)
    if (isShortage(failure)) await this.#census(failure)
    if (failure.category === 'authentication') return this.#authenticate(failure, partial, shared, at)
    await this.#tryVersions(failure, partial, at)
    return undefined
  }

  #hold(failure: Failure): Remedy {
    const why = this.wake.whyDown()
    const text = `${failure.message}${why === null ? '' : ` (${why})`}; nothing was sent, and the attempt is not counted`
    this.#step({strategy: 'own-network', result: 'told', text})
    return {type: 'held', because: 'the own network is the reason: waits for a change of it'}
  }

  async #authenticate(
    failure: Failure,
    partial: Reading,
    shared: SharedGuards,
    at: FailedAt,
  ): Promise<Remedy | undefined> {
    const {ports} = this.#options
    if (failure.detail === 'token') return this.#refresh(shared, at)
    if (failure.code.startsWith('TLS_CERT_')) {
      const text = reportCertificate(failure, partial.tls ?? null, new Date(ports.clock.wall()))
      this.#step({strategy: 'certificate', result: 'told', text})
    }
    return undefined
  }

  async #refresh(shared: SharedGuards, {startedAt, wouldRetry}: FailedAt): Promise<Remedy | undefined> {
    const {refresh} = this.#settings
    // Where no retry follows, fresh credentials would not be used.
    if (!refresh || !wouldRetry) return undefined
    const {ok, text} = await shared.refreshes.refresh(refresh, startedAt, this.#options.ports)
    this.#step({strategy: 'refresh', result: ok ? 'helped' : 'failed', text})
    return ok
      ? {type: 'mended', because: 'refreshed'}
      : {type: 'hopeless', because: `the refresh failed: ${text}`}
  }

  async #tryVersions(failure: Failure, reading: Reading, {signal}: FailedAt): Promise<void> {
    const {url, options} = this.#options
    if (this.#versionsTried || !suitsMatrix(failure, {url, options, reading})) return
    this.#versionsTried = true
    const {tryVersions} = await import('./version-matrix.ts')
    const matrix = await tryVersions({url, options, reading, signal}, this.#options.ports).catch(() => null)
    if (matrix && !signal.aborted) this.#step({strategy: 'protocols', result: 'told', text: matrix.text})
  }

  /** What runs out most often is files; where not even looking is possible, the failure has to do. */
  async #census(failure: Failure): Promise<void> {
    const {files} = this.#options.ports
    const open = await files.list('/proc/self/fd').catch(() => [])
    const limits = await files.readText('/proc/self/limits').catch(() => null)
    const most = /^Max open files\s+(\d+)/m.exec(limits ?? '')?.[1]
    const count =
      open.length > 0 ? `${open.length} files are open${most === undefined ? '' : ` of ${most}`}` : null
    const text = `${failure.code}: ${failure.message}${count === null ? '' : `; ${count}`}; all targets pause`
    this.#step({strategy: 'shortage', result: 'told', text})
  }

  #step(step: StrategyStep): void {
    this.#lastText = step.text
    this.#tell(step, this.#attempt)
  }

  #once(step: StrategyStep): void {
    if (this.#lastText !== step.text) this.#step(step)
  }
}
