/** The faults of one drill: planned up front, put in force and taken back on time, proven afterwards. */
import {isUserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Proof} from '../core/fault-events.ts'
import type {Millis} from '../core/units.ts'
import type {ActiveFault, FaultCounters, FaultEngine} from '../faults/fault.ts'
import type {Lab} from '../lab/lab.ts'
import type {DrillSpec} from './drill-spec.ts'
import {type PlannedPart, planPart} from './plan-part.ts'
import {FaultHistory} from './fault-history.ts'
import {isProven, judgeProof} from './proof.ts'
import {unknownName} from './scope-names.ts'
import {type Occurrence, stepsOf} from './timeline/plan-timeline.ts'
import type {Unstamped} from './runner.ts'
import type {SeriesByTarget, TargetSeries} from './series.ts'
import type {FaultWindow, Span} from './windows.ts'

interface Running {
  readonly entry: PlannedPart
  readonly active: ActiveFault
  readonly from: Millis
  readonly begun: Millis
}

/** What the verdict needs to know about a fault. */
export interface FaultSummary {
  readonly name: string
  readonly proofs: readonly Proof[]
  readonly proven: boolean
  readonly failed: string | null
  readonly leftovers: readonly string[]
  /** Nobody could look whether it is undone; `leftovers` says why. */
  readonly unknown?: true
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
  /** By entry of the timeline and step. */
  readonly #entries: readonly (readonly PlannedPart[])[]
  readonly #running = new Map<string, Running>()
  readonly #summaries: FaultSummary[] = []
  readonly #history = new FaultHistory()
  /** A fault could not be put in place: going on would prove nothing. */
  broken = false

  private constructor(options: DrillFaultsOptions, entries: readonly (readonly PlannedPart[])[]) {
    this.#options = options
    this.#entries = entries
  }

  /** Plans every entry of the timeline, so that what can't be done here is known before anything is broken. */
  static async plan(options: DrillFaultsOptions): Promise<DrillFaults> {
    const entries: (readonly PlannedPart[])[] = []
    for (const [index, item] of options.spec.timeline.entries()) {
      const spec = options.spec.faults[item.fault]
      if (!spec) throw unknownName('fault', item.fault, Object.keys(options.spec.faults))
      const steps: PlannedPart[] = []
      for (const step of stepsOf(item)) {
        const part = {id: `${item.fault}-${index + 1}`, name: item.fault, spec: step.spec ?? spec}
        steps.push(await planPart({...part, lasts: step.lasts}, options))
      }
      const warnings = new Set(steps.flatMap(({plan}) => plan.warnings))
      for (const warning of warnings)
        options.emit({type: 'notice', level: 'warning', code: null, text: `${item.fault}: ${warning}`})
      entries.push(steps)
    }
    return new DrillFaults(options, entries)
  }

  /** Tells what will happen when, on the run's clock. */
  announce(occurrences: readonly Occurrence[], roundStart: Millis, round: number): void {
    for (const occurrence of occurrences) {
      const entry = this.#entryOf(occurrence)
      const {kind, summary, backend} = entry.plan
      const at = roundStart + occurrence.at
      this.#options.emit({
        type: 'fault-added',
        fault: {
          id: idOf(occurrence, round),
          name: entry.name,
          kind,
          summary,
          backend,
          at,
          until: at + occurrence.lasts,
          ...(occurrence.track === null ? {} : {track: occurrence.track}),
          ...(occurrence.of === 1 ? {} : {part: {number: occurrence.number, of: occurrence.of}}),
        },
      })
    }
  }

  /** What netdrill does itself can be done twice at a time; the kernel's leaves would share packets. */
  mayOverlap(occurrence: Occurrence): boolean {
    return ['carrier', 'proxy'].includes(this.#entryOf(occurrence).plan.backend)
  }

  async inject(occurrence: Occurrence, round: number, until: Millis): Promise<void> {
    const entry = this.#entryOf(occurrence)
    const {emit, elapsed, engine} = this.#options
    const fault = idOf(occurrence, round)
    const begun = elapsed()
    try {
      const active = await engine.apply({...entry.plan, id: fault}, entry.binding)
      const from = elapsed()
      this.#running.set(fault, {entry, active, from, begun})
      const {name, felt, plan} = entry
      this.#history.began(fault, {item: occurrence.entry, name, felt, effect: plan.effect, begun, from})
      emit({type: 'fault-applied', fault, took: active.took, until, readback: active.readback})
    } catch (error) {
      if (!isUserError(error)) throw error
      this.broken = true
      this.#fail(entry, fault, error.message, error.exit === EXIT.leftovers ? [error.message] : [])
    }
  }

  /** What a fault waited for did not come about. */
  giveUp(occurrence: Occurrence, round: number, because: string): void {
    this.#fail(this.#entryOf(occurrence), idOf(occurrence, round), because)
  }

  #fail({name}: PlannedPart, fault: string, because: string, leftovers: readonly string[] = []): void {
    this.#options.emit({type: 'fault-failed', fault, because})
    this.#summaries.push({name, proofs: [], proven: false, failed: because, leftovers})
  }

  async remove(occurrence: Occurrence, round: number): Promise<EndedFault | null> {
    return this.#remove(idOf(occurrence, round), 'ended')
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
    const {entry, active, from, begun} = running
    const {emit, elapsed} = this.#options
    const counters = await active.counters().catch(() => null)
    // The effect ends somewhere in the removal: samples sent after its start prove nothing any more.
    const ended = elapsed()
    // Where the kernel ends it, it may have done so while another one was taken back.
    const to = entry.plan.endsByKernel ? Math.min(ended, begun + entry.plan.lasts) : ended
    const removal = await active.remove()
    this.#history.ended(fault, {to, gone: elapsed()})
    emit({type: 'fault-removed', fault, took: removal.took, because, restored: removal.restored})
    for (const remark of removal.remarks ?? [])
      emit({type: 'notice', level: 'warning', code: null, text: `${entry.name}: ${remark}`})
    const left = {
      leftovers: removal.restored ? [] : removal.differences,
      ...(removal.unknown && {unknown: removal.unknown}),
    }
    if (because === 'abort') {
      this.#summaries.push({name: entry.name, proofs: [], proven: true, failed: null, ...left})
      return null
    }
    const window = {fault, name: entry.name, from, to, begun}
    return {
      window,
      prove: (series, baseline) =>
        this.#prove({fault, entry, active, counters, window, left}, series, baseline),
    }
  }

  #prove(
    ended: {
      fault: string
      entry: PlannedPart
      active: ActiveFault
      counters: FaultCounters | null
      window: FaultWindow
      left: Pick<FaultSummary, 'leftovers' | 'unknown'>
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
      affected: pick((one) => entry.affected.includes(one.info.name)),
      controls: pick((one) => one.info.role === 'control'),
      others: this.#history.besides(ended.fault),
    })
    this.#options.emit({type: 'fault-measured', fault: ended.fault, proofs})
    this.#summaries.push({
      name: entry.name,
      proofs,
      proven: isProven(proofs),
      failed: null,
      ...ended.left,
    })
  }

  #entryOf({entry, step}: Occurrence): PlannedPart {
    const found = this.#entries[entry]?.[step]
    if (!found) throw new Error(`entry ${entry} of the timeline has no step ${step}`)
    return found
  }
}

/** Each round has its own. */
function idOf({id}: Occurrence, round: number): string {
  return round === 0 ? id : `${id}-r${round + 1}`
}
