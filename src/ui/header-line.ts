/** The first line of the screen: what runs, how it stands, for how long. */
import {show} from '../core/show.ts'
import type {Millis} from '../core/units.ts'
import {countFiring} from './alert-view.ts'
import type {Frame} from './frame.ts'
import {formatClock} from './formats.ts'
import {type Line, type Span, span, spread} from './spans.ts'

/** `live` is the frame as it would be without a pause: the time since then is shown. */
export function renderHeaderLine(live: Frame, shown: Frame): Line {
  const {view, columns, look} = shown
  const title = view.run ? show(view.run.title) : 'starting'
  const seed = view.run && columns >= 60 ? [span(`seed ${view.run.seed}  `, 'dim')] : []
  const left = [span(' netdrill ', 'accent'), span(title, 'strong')]
  const right = [...renderTag(live), ...seed, ...renderTime(shown), span(' ')]
  return spread(left, right, columns, look.glyphs.ellipsis)
}

function renderTag({view, screen, now}: Frame): readonly Span[] {
  if (view.verdict) {
    const {verdict} = view.verdict
    return [span(` ${verdict.toUpperCase()} `, verdict === 'pass' ? 'good' : 'alarm'), span('  ')]
  }
  if (screen.abort === 'immediate') return [span(' UNDOING NOW ', 'alarm'), span('  ')]
  if (screen.abort || view.abortRequested) return [span(' ABORTING ', 'alarm'), span('  ')]
  if (screen.frozen) {
    return [span(` PAUSED ${formatClock(now - screen.frozen.now)} `, 'notice'), span('  ')]
  }
  const firing = countFiring(view.alerts)
  return firing === 0 ? [] : [span(` ${firing} FIRING `, 'alarm'), span('  ')]
}

function renderTime({view, now}: Frame): readonly Span[] {
  const planned = plannedEnd(view.horizon, now)
  return [
    span(formatClock(now), 'strong'),
    ...(planned === null ? [] : [span(` / ${formatClock(planned)}`, 'dim')]),
  ]
}

/** What is planned may take longer; then no end is promised. */
function plannedEnd(horizon: Millis, now: Millis): Millis | null {
  return horizon >= now ? horizon : null
}
