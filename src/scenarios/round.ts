/** One pass through the timeline: baseline, the faults on time, and the wait for recovery. */
import {type Millis, formatDuration} from '../core/units.ts'
import type {EndedFault} from './drill-faults.ts'
import type {DrillCondition} from './drill-spec.ts'
import {judgeConditions} from './judge.ts'
import {waitForRecovery} from './recovery.ts'
import type {DrillContext} from './runner.ts'
import {Agenda, type AgendaAction, type IsMet} from './timeline/agenda.ts'
import {type Occurrence, firstInjection, planTimeline} from './timeline/plan-timeline.ts'
import {RECENT, WATCH_EVERY, lookBack, pause} from './watchful-pause.ts'
import type {FaultWindow, Round} from './windows.ts'

/** How often a condition is looked at that something waits for. */
const POLL: Millis = 50
/** Samples that were answered before a removal arrive within this: agents report at once. */
const REPORTING_DELAY: Millis = 100

/** Runs one round; returns early on abort, with the windows of what was in force until then. */
export async function runRound(context: DrillContext, index: number): Promise<Round> {
  const {spec, emit, elapsed, faults, ports, signal} = context
  // Repetitions must not fall into step with the probes: shift each by a random part of the longest interval.
  const interval = Math.max(...spec.targets.map((target) => target.interval))
  if (index > 0) await pause(context, elapsed() + ports.random.fork(`round-${index}`).next() * interval)
  const occurrences = planTimeline(spec.timeline, (entry, repetition) =>
    ports.random.fork(`phase-${index}-${entry}-${repetition}`).next(),
  )
  const start = elapsed()
  const first = firstInjection(occurrences)
  faults.announce(occurrences, start, index)
  emit({type: 'phase-started', phase: 'baseline', ends: start + first})
  await pause(context, start + first)
  const baselineEnd = elapsed()
  const windows: FaultWindow[] = []
  const round = (end: Millis): Round => ({start, baselineEnd, faults: windows, end})
  if (signal.aborted || !isSteady(context, round(baselineEnd))) return round(elapsed())
  const pass = new Pass(context, index, new Agenda(occurrences, start, (one) => faults.mayOverlap(one)))
  await pass.run((ended) => windows.push(ended), {from: start, to: baselineEnd})
  if (signal.aborted || faults.broken) return round(elapsed())
  emit({type: 'phase-started', phase: 'recover', ends: elapsed() + spec.settle})
  await waitForRecovery(context)
  return round(elapsed())
}

/** Works through the agenda of one round. */
class Pass {
  readonly #context: DrillContext
  readonly #round: number
  readonly #agenda: Agenda
  readonly #unproven: {readonly due: Millis; readonly ended: EndedFault}[] = []

  constructor(context: DrillContext, round: number, agenda: Agenda) {
    this.#context = context
    this.#round = round
    this.#agenda = agenda
  }

  async run(onEnded: (window: FaultWindow) => void, baseline: {from: Millis; to: Millis}): Promise<void> {
    const {elapsed, signal, faults, series} = this.#context
    while (!signal.aborted && !faults.broken) {
      while ((this.#unproven[0]?.due ?? Infinity) <= elapsed()) {
        this.#unproven.shift()?.ended.prove(series.all(), baseline)
      }
      const action = this.#agenda.next(elapsed(), this.#isMet)
      if (action) {
        const ended = await this.#perform(action)
        if (ended) {
          onEnded(ended.window)
          this.#unproven.push({due: elapsed() + REPORTING_DELAY, ended})
        }
      } else if (this.#agenda.done && this.#unproven.length === 0) return
      else await this.#rest()
    }
  }

  async #rest(): Promise<void> {
    const now = this.#context.elapsed()
    const patience = this.#agenda.watches ? POLL : WATCH_EVERY
    const due = [this.#agenda.wakeAt(now), this.#unproven[0]?.due, now + patience]
    await pause(this.#context, Math.max(now + 1, Math.min(...due.map((at) => at ?? Infinity))))
  }

  async #perform(action: AgendaAction): Promise<EndedFault | null> {
    const {occurrence} = action
    switch (action.type) {
      case 'inject':
        await this.#inject(occurrence)
        return null
      case 'remove':
        return this.#remove(occurrence, action.early)
      case 'give-up': {
        const {condition: wanted, patience} = occurrence.when ?? {condition: null, patience: 0}
        const because = `never injected: ${wanted?.text ?? ''} was not met within ${formatDuration(patience)}`
        this.#context.faults.giveUp(occurrence, this.#round, because)
        this.#agenda.drop(occurrence.entry, this.#context.elapsed())
        return null
      }
    }
  }

  async #inject(occurrence: Occurrence): Promise<void> {
    const {emit, elapsed, faults} = this.#context
    emit({type: 'phase-started', phase: 'inject', ends: null})
    const until = elapsed() + occurrence.lasts
    this.#agenda.began(occurrence, elapsed())
    await faults.inject(occurrence, this.#round, until)
    emit({type: 'phase-started', phase: 'observe', ends: until})
  }

  async #remove(occurrence: Occurrence, early: DrillCondition | null): Promise<EndedFault | null> {
    const {emit, elapsed, faults} = this.#context
    if (early) {
      const text = `${occurrence.id} ends early: ${early.text}`
      emit({type: 'notice', level: 'info', code: null, text})
    }
    const ended = await faults.remove(occurrence, this.#round)
    this.#agenda.ended(occurrence, elapsed())
    if (early) this.#agenda.drop(occurrence.entry, elapsed())
    return ended
  }

  readonly #isMet: IsMet = (condition, since) => {
    const {elapsed, series} = this.#context
    const now = elapsed()
    const rounds = [lookBack(since ?? now - RECENT, now)]
    return judgeConditions([condition], {series: series.all(), rounds})[0]?.met === true
  }
}

/** Without a steady baseline nothing that follows could be judged, so nothing is broken. */
function isSteady({spec, series, emit}: DrillContext, round: Round): boolean {
  const unmet = judgeConditions(spec.steady, {series: series.all(), rounds: [round]}).filter(
    (one) => one.met !== true,
  )
  for (const {text, actual} of unmet) {
    emit({
      type: 'notice',
      level: 'error',
      code: 'DRILL_BASELINE',
      text: `not steady before the fault: ${text} (${actual})`,
    })
  }
  return unmet.length === 0
}
