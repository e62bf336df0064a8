import {makeFailure} from '../core/codes/index.ts'
import {UserError} from '../core/errors.ts'
import type {Failure} from '../core/failure.ts'
import type {Outcome, SkipReason} from '../core/outcome.ts'
import type {Ports} from '../core/ports.ts'
import {parseTargetUrl} from '../core/target.ts'
import {type WatchSpec, boundTo} from '../core/watch.ts'
import type {MeasureRun, Probe, Prober, ProbeRequest} from '../probes/probe.ts'

export type LoadProbe = (
  kind: Parameters<typeof import('../probes/registry.ts').loadProbe>[0],
) => Promise<Probe>

/**
 * The probers of one target. Samples that overlap get a prober each, since a prober may hold a socket between its
 * samples and is not asked to measure twice at a time; a prober that is free is used again.
 */
export class Probers {
  readonly #probe: Probe
  readonly #request: ProbeRequest<unknown>
  readonly #ports: Ports
  readonly #free: Prober[] = []
  /** All that were opened. */
  readonly #all: Prober[] = []
  #onBroken: (failure: Failure) => void = () => {}
  /** Why no sample can be taken at all. */
  readonly skip: SkipReason | null

  private constructor(probe: Probe, request: ProbeRequest<unknown>, ports: Ports, skip: SkipReason | null) {
    this.#probe = probe
    this.#request = request
    this.#ports = ports
    this.skip = skip
  }

  /** Loads the probe and opens a first prober. Throws `UserError` when the target makes no sense. */
  static async open(spec: WatchSpec, ports: Ports, load: LoadProbe): Promise<Probers> {
    const url = parseTargetUrl(spec.url)
    if (!url.ok) throw new UserError({code: 'USAGE_INVALID', message: url.because})
    const probe = await load(url.value.kind)
    const {family, options} = spec
    const skip = await missing(probe, ports)
    const probers = new Probers(probe, {url: url.value, family, options, ...boundTo(spec)}, ports, skip)
    if (skip === null) probers.#free.push(await probers.#open())
    return probers
  }

  /** A connection that is held between samples has ended while nobody waited for it. */
  onBroken(listener: (failure: Failure) => void): void {
    this.#onBroken = listener
  }

  /** The connection is given up: what is held between samples is not used again. */
  reset(): void {
    for (const prober of this.#all) prober.reset?.()
  }

  /** Never throws for what the network does; a probe that breaks is a failure with code UNKNOWN. */
  async measure(run: MeasureRun): Promise<Outcome> {
    if (this.skip !== null) return {status: 'skipped', because: this.skip}
    const started = this.#ports.clock.now()
    try {
      const shared = this.#free[0]
      if (shared?.concurrent === true) return await shared.measure(run)
      const prober = this.#free.pop() ?? (await this.#open())
      const outcome = await prober.measure(run)
      this.#free.push(prober)
      return outcome
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const took = this.#ports.clock.now() - started
      return {status: 'failed', failure: makeFailure('UNKNOWN', message), partial: {phase: {}}, took}
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#free.splice(0).map(async (prober) => prober.close()))
  }

  async #open(): Promise<Prober> {
    const prober = await this.#probe.open(this.#request, this.#ports)
    prober.onBroken?.((failure) => this.#onBroken(failure))
    this.#all.push(prober)
    return prober
  }
}

async function missing(probe: Probe, ports: Ports): Promise<SkipReason | null> {
  for (const capability of probe.needs) {
    const report = await ports.capabilities.check(capability)
    if (report.status !== 'missing') continue
    const text = `${probe.kind} needs ${capability}: ${report.found}`
    return {code: 'CAPABILITY_MISSING', text, advice: report.remedy === '' ? [] : [report.remedy]}
  }
  return null
}
