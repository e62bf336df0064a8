/** How many targets of a watch are in which state, the worst first. */
import type {ConnectionState} from '../core/events.ts'
import {type Glyphs, STATE_LOOKS} from './glyphs.ts'
import {type Line, type Span, firstFitting, span} from './spans.ts'
import type {TargetView} from './target-view.ts'

const STATES = (Object.keys(STATE_LOOKS) as ConnectionState[]).toSorted(
  (a, b) => STATE_LOOKS[b].rank - STATE_LOOKS[a].rank,
)

/** `x 1 failed   ~ 2 reconnecting   * 47 connected`; short words where the line is narrow. */
export function renderStateCounts(targets: readonly TargetView[], width: number, glyphs: Glyphs): Line {
  const counts = new Map<ConnectionState, number>()
  for (const {state} of targets) counts.set(state, (counts.get(state) ?? 0) + 1)
  const present = STATES.flatMap((state) => {
    const count = counts.get(state) ?? 0
    return count === 0 ? [] : [{state, count}]
  })
  const line = (word: (state: ConnectionState) => string): Line =>
    present.flatMap(({state, count}, index): readonly Span[] => {
      const {sign, tone} = STATE_LOOKS[state]
      return [span(index === 0 ? '' : '   '), span(`${glyphs[sign]} ${count} ${word(state)}`, tone)]
    })
  const candidates = [line((state) => state), line((state) => STATE_LOOKS[state].short)]
  return [span(' '), ...firstFitting(candidates, width - 1, glyphs.ellipsis)]
}
