/** The phases of the drill as steps: done, current, to come. */
import type {DrillPhase} from '../core/events.ts'
import type {Millis} from '../core/units.ts'
import {formatAge, formatCountdown} from './formats.ts'
import type {Glyphs} from './glyphs.ts'
import {type Line, type Span, firstFitting, span} from './spans.ts'
import type {PhaseView, ViewState} from './view-state.ts'

type StepStatus = 'done' | 'current' | 'pending' | 'skipped'

interface Step {
  readonly phase: DrillPhase
  readonly status: StepStatus
}

const MAIN_PHASES: readonly DrillPhase[] = ['baseline', 'inject', 'observe', 'recover']

/** Set-up and clean-up are shown only while they last. */
function planSteps(view: ViewState): readonly Step[] {
  const current = view.phases.at(-1)?.phase ?? 'setup'
  const shown: readonly DrillPhase[] = [
    ...(current === 'setup' ? (['setup'] as const) : []),
    ...MAIN_PHASES,
    ...(current === 'cleanup' ? (['cleanup'] as const) : []),
  ]
  const seen = new Set(currentRound(view.phases).map(({phase}) => phase))
  const isOver = view.verdict !== null || view.ended
  const place = shown.indexOf(current)
  return shown.map((phase, index) => {
    if (phase === current && !isOver) return {phase, status: 'current'}
    if (index > place) return {phase, status: isOver ? 'skipped' : 'pending'}
    return {phase, status: seen.has(phase) ? 'done' : 'skipped'}
  })
}

/** Which repetition runs; 0 before the first baseline. */
function roundNumber(view: ViewState): number {
  return view.phases.filter(({phase}) => phase === 'baseline').length
}

export function renderStepper(view: ViewState, now: Millis, width: number, glyphs: Glyphs): Line {
  const steps = planSteps(view)
  const time = phaseTime(view.phases.at(-1), now)
  const round = roundNumber(view)
  const rounds = round > 1 ? [span(`round ${round}   `, 'strong')] : []
  const current = steps.findIndex((step) => step.status === 'current')
  const compact: Line = [
    ...renderSteps(current < 0 ? [] : steps.slice(current, current + 1), ' ', time, glyphs),
    span(current < 0 ? '' : `  step ${current + 1} of ${steps.length}`, 'dim'),
  ]
  const candidates: readonly Line[] = [
    [...rounds, ...renderSteps(steps, ` ${glyphs.rule.repeat(3)} `, time, glyphs)],
    [...rounds, ...renderSteps(steps, ` ${glyphs.rule} `, time, glyphs)],
    renderSteps(steps, ' ', '', glyphs),
    compact,
  ]
  const indent = span(' ')
  return [indent, ...firstFitting(candidates, width - 1, glyphs.ellipsis)]
}

function renderSteps(steps: readonly Step[], separator: string, time: string, glyphs: Glyphs): Line {
  return steps.flatMap((step, index): readonly Span[] => {
    const before = index === 0 ? [] : [span(separator, 'dim')]
    return [...before, ...renderStep(step, time, glyphs)]
  })
}

function renderStep({phase, status}: Step, time: string, glyphs: Glyphs): readonly Span[] {
  switch (status) {
    case 'done':
      return [span(`${glyphs.done} `, 'good'), span(phase)]
    case 'current': {
      const rest = time === '' ? [] : [span(` ${time}`, 'plain')]
      return [span(`${glyphs.current} `, 'accent'), span(phase, 'strong'), ...rest]
    }
    case 'pending':
      return [span(`${glyphs.pending} ${phase}`, 'dim')]
    case 'skipped':
      return [span(`${glyphs.dash} ${phase}`, 'dim')]
  }
}

/** Of an overdue or open phase the time it has taken, of another one the time left. */
function phaseTime(phase: PhaseView | undefined, now: Millis): string {
  if (!phase) return ''
  const age = formatAge(now - phase.since)
  if (phase.ends === null || phase.ends <= now) return age
  // Recovery ends as soon as the targets are stable; its end is the longest wait.
  if (phase.phase === 'recover') return `${age} of at most ${formatAge(phase.ends - phase.since)}`
  return `${formatCountdown(phase.ends - now)} left`
}

function currentRound(phases: readonly PhaseView[]): readonly PhaseView[] {
  const start = phases.findLastIndex(({phase}) => phase === 'baseline')
  return phases.slice(Math.max(0, start))
}
