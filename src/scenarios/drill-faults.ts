/** The faults of one drill: planned up front, put in force and taken back on time, proven afterwards. */
import {isUserError} from '../core/errors.ts'
import type {Proof} from '../core/fault-events.ts'
import type {Millis} from '../core/units.ts'
import type {ActiveFault, FaultCounters, FaultEngine, FaultPlan} from '../faults/fault.ts'
import type {Lab} from '../lab/lab.ts'
import {type BoundFault, bindFault} from './bind.ts'
import type {DrillSpec} from './drill-spec.ts'
import {isProven, judgeProof} from './proof.ts'
import type {Unstamped} from './runner.ts'
import type {SeriesByTarget, TargetSeries} from './series.ts'
import type {FaultWindow, Span} from './windows.ts'

interface Entry {
  readonly name: string
  readonly bound: BoundFault
  readonly plan: FaultPlan
}

interface Running {
  readonly entry: Entry
  readonly active: ActiveFault
  readonly from: Millis
}

/** What the verdict needs to know about a fault. */
export interface FaultSummary {
  readonly name: string
  readonly proofs: readonly Proof[]
  readonly proven: boolean
  readonly failed: string | null
  readonly leftovers: readonly string[]
}

export interface DrillFaultsOptions {
  readonly spec: DrillSpec
  readonly lab: Lab
  readonly engine: FaultEngine
  readonly emit: (event: Unstamped) => void
  readonly elapsed: () => Millis
}

/** A removed fault whose effect can now be judged. */
export interface EndedFault {
  readonly window: FaultWindow
  readonly prove: (series: SeriesByTarget, baseline: Span) => void
}

export class DrillFaults {
  readonly #options: DrillFaultsOptions
  readonly #entries: readonly Entry[]
  readonly #running = new Map<string, Running>()
  readonly #summaries: FaultSummary[] = []
  /** A fault could not be put in place: going on would prove nothing. */
  broken = false

  private constructor(options: DrillFaultsOptions, entries: readonly Entry[]) {
    this.#options = options
    this.#entries = entries
  }

  /** Plans every entry of the timeline, so that what can't be done here is known before anything is broken. */
  static async plan(options: DrillFaultsOptions): Promise<DrillFaults> {
    const {spec, lab, engine} = options
    const entries: Entry[] = []
    for (const [index, item] of spec.timeline.entries()) {
      const bound = bindFault(item.fault, spec, lab)
      const plan = await engine.plan({
        id: `${item.fault}-${index + 1}`,
        name: item.fault,
        spec: bound.spec,
        binding: bound.binding,
        lasts: item.lasts,
        ...(bound.proxyOnly ? {backend: 'proxy' as const} : {}),
        allow: {broad: bound.binding.place.kind !== 'host', lockout: false},
      })
      entries.push({name: item.fault, bound, plan})
      for (const warning of plan.warnings)
        options.emit({type: 'notice', level: 'warning', code: null, text: `${item.fault}: ${warning}`})
    }
    return new DrillFaults(options, entries)
  }

  /** Tells what will happen when, on the run's clock. */
  announce(roundStart: Millis, round: number): void {
    for (const [index, {name, plan}] of this.#entries.entries()) {
      const item = this.#options.spec.timeline[index]
      if (!item) continue
      const {kind, summary, backend} = plan
      const at = roundStart + item.at
      this.#options.emit({
        type: 'fault-added',
        fault: {id: this.#id(index, round), name, kind, summary, backend, at, until: at + item.lasts},
      })
    }
  }

  async inject(index: number, round: number, until: Millis): Promise<void> {
    const entry = this.#entries[index]
    if (!entry) return
    const {emit, elapsed, engine} = this.#options
    const fault = this.#id(index, round)
    try {
      const active = await engine.apply({...entry.plan, id: fault}, entry.bound.binding)
      this.#running.set(fault, {entry, active, from: elapsed()})
      emit({type: 'fault-applied', fault, took: active.took, until, readback: active.readback})
    } catch (error) {
      if (!isUserError(error)) throw error
      this.broken = true
      emit({type: 'fault-failed', fault, because: error.message})
      this.#summaries.push({
        name: entry.name,
        proofs: [],
        proven: false,
        failed: error.message,
        leftovers: [],
      })
    }
  }

  async remove(index: number, round: number): Promise<EndedFault | null> {
    return this.#remove(this.#id(index, round), 'ended')
  }

  /** Undoes whatever is in force, side by side; never gives up on one because another failed. */
  async removeAll(because: 'ended' | 'abort'): Promise<void> {
    await Promise.allSettled([...this.#running.keys()].map(async (fault) => this.#remove(fault, because)))
  }

  get inForce(): number {
    return this.#running.size
  }

  summary(): readonly FaultSummary[] {
    return this.#summaries
  }

  async #remove(fault: string, because: 'ended' | 'abort'): Promise<EndedFault | null> {
    const running = this.#running.get(fault)
    if (!running) return null
    this.#running.delete(fault)
    const {entry, active, from} = running
    const {emit, elapsed} = this.#options
    const counters = await active.counters().catch(() => null)
    // The effect ends somewhere in the removal: samples sent after its start prove nothing any more.
    const to = elapsed()
    const removal = await active.remove()
    emit({type: 'fault-removed', fault, took: removal.took, because, restored: removal.restored})
    const leftovers = removal.restored ? [] : removal.differences
    if (because === 'abort') {
      this.#summaries.push({name: entry.name, proofs: [], proven: true, failed: null, leftovers})
      return null
    }
    const window = {fault, from, to}
    return {
      window,
      prove: (series, baseline) =>
        this.#prove({fault, entry, active, counters, window, leftovers}, series, baseline),
    }
  }

  #prove(
    ended: {
      fault: string
      entry: Entry
      active: ActiveFault
      counters: FaultCounters | null
      window: FaultWindow
      leftovers: readonly string[]
    },
    series: SeriesByTarget,
    baseline: Span,
  ): void {
    const {entry, active} = ended
    const pick = (wanted: (one: TargetSeries) => boolean): readonly TargetSeries[] =>
      [...series.values()].filter(wanted)
    const proofs = judgeProof({
      plan: entry.plan,
      readback: active.readback,
      asAsked: active.asAsked,
      counters: ended.counters,
      window: ended.window,
      baseline,
      affected: pick((one) => entry.bound.affected.includes(one.info.name)),
      controls: pick((one) => one.info.role === 'control'),
    })
    this.#options.emit({type: 'fault-measured', fault: ended.fault, proofs})
    this.#summaries.push({
      name: entry.name,
      proofs,
      proven: isProven(proofs),
      failed: null,
      leftovers: ended.leftovers,
    })
  }

  #id(index: number, round: number): string {
    const base = this.#entries[index]?.plan.id ?? `fault-${index + 1}`
    return round === 0 ? base : `${base}-r${round + 1}`
  }
}
