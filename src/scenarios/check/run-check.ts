/** Probes every target of a check, so many at a time, waits for those it was asked to wait for, and judges. */
import type {CheckResult, CheckedTarget} from '../../core/check-result.ts'
import {makeFailure} from '../../core/codes/index.ts'
import type {EmitEvent, RunEvent} from '../../core/events.ts'
import type {Ports} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {LoopLag} from '../../probes/loop-lag.ts'
import {SharedGuards} from '../../policies/guards/shared.ts'
import type {CheckGroup, CheckTarget} from './check-spec.ts'
import {GroupProgress} from './group-progress.ts'
import {type CheckEnding, judgeCheck} from './judge-check.ts'
import {judgeTarget} from './judge-target.ts'
import {
  type MeasureRequest,
  type Measurement,
  type OpenedTarget,
  measureTarget,
  openAll,
  openTarget,
  outOfTime,
} from './measure-target.ts'
import {type Slots, type Stay, makeSlots} from './slots.ts'
import {whenQuiet} from './when-quiet.ts'

export interface CheckRun {
  readonly targets: readonly CheckTarget[]
  readonly groups?: readonly CheckGroup[]
  readonly concurrency: number
  /** Probe what fails again until it passes or this time is over; null for once. */
  readonly wait: Millis | null
  /** What one sample may take with all its retries. */
  readonly maxTime: Millis
  /** So often in a row a target has to pass when it is waited for; by default once. */
  readonly passes?: number
  readonly emit: EmitEvent
  /** Called as they are done, in any order. */
  readonly onTarget: (target: CheckedTarget, index: number) => void
  /** The user's end; targets that are done stay in the result. */
  readonly signal: AbortSignal
}

/** Between two looks at a target that is waited for: its interval, but within these. */
const LEAST_PAUSE: Millis = 100
const LONGEST_PAUSE: Millis = 1000

export type CheckOutcome = Pick<CheckResult, 'targets' | 'started' | 'duration'>

/** Runs to the end. Throws `UserError` with all mistakes that show when a probe is opened, before anything is sent. */
export async function runCheck(run: CheckRun, ports: Ports): Promise<CheckOutcome> {
  const probers = await openAll(run.targets, ports)
  const {clock} = ports
  const origin = clock.now()
  const cut = new AbortController()
  const onAbort = (): void => cut.abort(run.signal.reason)
  run.signal.addEventListener('abort', onAbort, {once: true})
  if (run.signal.aborted) onAbort()
  const forget =
    run.wait === null ? () => {} : clock.after(run.wait, () => cut.abort(new Error('time is over')))
  const started = new Date(clock.wall()).toISOString()
  const course = {
    run,
    ports,
    origin,
    started,
    cut: cut.signal,
    slots: makeSlots(run.concurrency, async () => whenQuiet(clock)),
    progress: new GroupProgress(run.groups ?? []),
    shared: {lag: new LoopLag(clock), guards: new SharedGuards()},
  }
  try {
    const targets = await Promise.all(
      run.targets.map(async (target, index) => {
        const checked = await new TargetCheck(target, course).run(probers[index])
        run.emit(judgedEvent(checked, clock.now() - origin))
        run.onTarget(checked, index)
        return checked
      }),
    )
    return {targets, started, duration: clock.now() - origin}
  } finally {
    forget()
    course.shared.lag.stop()
    run.signal.removeEventListener('abort', onAbort)
  }
}

/** The whole result, once everything is measured. */
export function concludeCheck(
  outcome: CheckOutcome,
  ending: CheckEnding,
  {
    groups,
    ...about
  }: Pick<CheckResult, 'version' | 'files' | 'seed'> & {
    readonly groups: readonly CheckGroup[]
  },
): CheckResult {
  const {targets, started, duration} = outcome
  const judgement = judgeCheck(targets, ending, groups)
  const interrupted = ending.signal !== null
  return {schema: 'netdrill/check/1', ...about, started, duration, ...judgement, interrupted, targets}
}

function judgedEvent(checked: CheckedTarget, at: Millis): RunEvent {
  const {name, verdict, flaky, attempts, checks, reason} = checked
  const expectations = checked.expectations.map(({condition, met, text}) => ({condition, met, text}))
  const why = reason && {code: reason.code, text: reason.text}
  return {
    at,
    type: 'target-judged',
    target: name,
    verdict,
    flaky,
    attempts,
    checks,
    reason: why,
    expectations,
  }
}

interface Course {
  readonly run: CheckRun
  readonly ports: Ports
  readonly origin: Millis
  readonly started: string
  /** The user's end, or the end of the time to wait. */
  readonly cut: AbortSignal
  readonly slots: Slots
  readonly progress: GroupProgress
  readonly shared: MeasureRequest['shared']
}

/** One target from its first probe to its verdict. */
class TargetCheck {
  readonly #target: CheckTarget
  readonly #course: Course
  #begun: Millis | null = null
  #checks = 0
  #passes = 0
  #told = ''

  constructor(target: CheckTarget, course: Course) {
    this.#target = target
    this.#course = course
  }

  async run(first: OpenedTarget | undefined): Promise<CheckedTarget> {
    const {slots, ports, run} = this.#course
    let last: CheckedTarget | null = null
    for (let opened = first; ; opened = undefined) {
      // A group that holds by now waits for nobody.
      if (last && !this.#waitsFor(last)) return {...last, took: this.#took()}
      const stay = await slots.enter()
      try {
        const target = opened ?? (await openTarget(this.#target, ports))
        last = this.#judge(await this.#measure(target, stay), last)
      } finally {
        stay.leave()
      }
      const {name} = this.#target
      this.#course.progress.tell(name, last.verdict === 'pass' && this.#passes >= (run.passes ?? 1))
      if (!this.#waitsFor(last)) return {...last, took: this.#took()}
      if (!(await this.#pause(last))) return {...this.#tooLate(last), took: this.#took()}
    }
  }

  async #measure(opened: OpenedTarget, stay: Stay): Promise<Measurement> {
    const {run, ports, origin, started, cut} = this.#course
    this.#begun ??= ports.clock.now()
    this.#checks++
    const {maxTime} = run
    const emit: EmitEvent = (event) => {
      if (event.type !== 'target-added' || this.#checks === 1) run.emit(event)
    }
    const target = this.#target
    const place = {stay, shared: this.#course.shared}
    return measureTarget({target, opened, origin, started, maxTime, emit, signal: cut, ...place}, ports)
  }

  #judge({result, complete, pending}: Measurement, last: CheckedTarget | null): CheckedTarget {
    const {run, ports, origin, started} = this.#course
    const course = {checks: this.#checks, took: this.#took(), interrupted: false}
    if (complete) {
      const judged = judgeTarget(this.#target, result, course)
      this.#passes = judged.verdict === 'pass' ? this.#passes + 1 : 0
      return judged
    }
    // What was cut short says less than what was seen before.
    if (last) return last.verdict === 'pass' ? this.#tooLate(last) : last
    if (run.signal.aborted) return judgeTarget(this.#target, result, {...course, interrupted: true})
    const about = {emit: run.emit, origin, started}
    const late = outOfTime(this.#target, about, {failure: pending ?? result.failure, at: ports.clock.now()})
    return judgeTarget(this.#target, late, course)
  }

  /** The time is over, and it has not passed so often in a row as was asked for. */
  #tooLate(last: CheckedTarget): CheckedTarget {
    const asked = this.#course.run.passes ?? 1
    if (last.verdict !== 'pass' || this.#passes >= asked) return last
    if (this.#course.run.signal.aborted) return last
    const text = `passed ${this.#passes} times in a row, and ${asked} were asked for`
    const {code, advice} = makeFailure('EXPECT_MISMATCH', text)
    return {...last, verdict: 'fail', flaky: false, reason: {code, text, advice, place: last.place}}
  }

  #waitsFor({verdict, reason}: CheckedTarget): boolean {
    const {run, cut, progress} = this.#course
    if (run.wait === null || cut.aborted || progress.hold(this.#target.groups)) return false
    if (verdict === 'pass') return this.#passes < (run.passes ?? 1)
    return verdict === 'fail' || (verdict === 'skipped' && reason?.code !== 'CAPABILITY_MISSING')
  }

  /** False when the time is over. */
  async #pause(last: CheckedTarget): Promise<boolean> {
    const {ports, cut} = this.#course
    this.#tell(last)
    const pause = Math.min(LONGEST_PAUSE, Math.max(LEAST_PAUSE, this.#target.interval))
    try {
      await ports.clock.sleep(pause, cut)
      return !cut.aborted
    } catch (error) {
      if (cut.aborted) return false
      throw error
    }
  }

  /** Says once per reason what is waited for. */
  #tell({name, reason}: CheckedTarget): void {
    const {run, ports, origin} = this.#course
    if (reason === null || reason.code === this.#told) return
    this.#told = reason.code
    const at = ports.clock.now() - origin
    const left = formatDuration(Math.max(0, (run.wait ?? 0) - at))
    const text = `waiting for ${name}, ${left} left: ${reason.code}: ${reason.text}`
    run.emit({at, type: 'notice', level: 'info', code: reason.code, text})
  }

  #took(): Millis {
    return this.#begun === null ? 0 : this.#course.ports.clock.now() - this.#begun
  }
}
