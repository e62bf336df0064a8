/** Strips along the time axis: phases, faults, connection states, failures. */
import {formatDuration, formatStamp} from '../../core/units.ts'
import type {FaultBand, PhaseSpan, ReportSpan, StateSpan} from '../drill-report.ts'
import type {Bin} from './bins.ts'
import {type Markup, markup} from './markup.ts'
import type {Scale} from './scale.ts'
import {box, boxLabel, drawing, pathX, stretched} from './svg.ts'

const LANE = 20
const STATE_LANE = 18
const FAILURES = 14

/** The phases one after the other, each with its name where there is room. */
export function renderPhases(phases: readonly PhaseSpan[], time: Scale): Markup {
  const parts = phases.map((span, index) =>
    box(
      span,
      time,
      {y: 0, height: LANE},
      {
        title: `${span.phase}: ${describeSpan(span)}`,
        inside: [
          markup`<rect class="phase ${index % 2 === 0 ? 'even' : 'other'}" width="100%" height="100%" />`,
          ...boxLabel(span.phase, span, time, {y: 14, name: 'on'}),
        ],
      },
    ),
  )
  return drawing(LANE, `phases: ${phases.map(({phase}) => phase).join(', ')}`, parts)
}

/** When one fault was in force, once per round. */
export function renderFaultLane(bands: readonly FaultBand[], time: Scale): Markup {
  const parts = bands.map((band) =>
    box(
      band,
      time,
      {y: 1, height: LANE - 2},
      {
        title: `${band.name}: ${band.summary}, ${describeSpan(band)}${band.open ? ', never removed' : ''}`,
        inside: [
          markup`<rect class="fault" x="0.5" y="0.5" width="100%" height="${LANE - 3}" />`,
          ...boxLabel(formatDuration(band.to - band.from) + (band.open ? '+' : ''), band, time, {
            y: 13,
            name: 'strong',
          }),
        ],
      },
    ),
  )
  return drawing(LANE, bands.map((band) => `${band.name}: ${describeSpan(band)}`).join('; '), parts)
}

type StateClass = 'up' | 'unsure' | 'down' | 'off'

const STATE_CLASSES: Readonly<Record<string, StateClass>> = {
  connected: 'up',
  connecting: 'unsure',
  degraded: 'unsure',
  suspect: 'unsure',
  reconnecting: 'down',
  exhausted: 'down',
  failed: 'down',
}

/** What the connection was, said by name and by hatching as well as by colour. */
export function renderStateLane(states: readonly StateSpan[], time: Scale): Markup {
  const parts = states
    .filter((span) => span.to > span.from)
    .map((span) => {
      const look = STATE_CLASSES[span.state] ?? 'off'
      const hatch =
        look === 'down' ? [markup`<rect width="100%" height="${STATE_LANE}" fill="url(#hatch)" />`] : []
      return box(
        span,
        time,
        {y: 0, height: STATE_LANE},
        {
          title: `${span.state}: ${describeSpan(span)}`,
          inside: [
            markup`<rect class="state ${look}" width="100%" height="${STATE_LANE}" />`,
            ...hatch,
            ...boxLabel(span.state, span, time, {y: 13, name: `halo ${look}`}),
          ],
        },
      )
    })
  return drawing(STATE_LANE, states.map((span) => `${span.state} ${describeSpan(span)}`).join(', '), parts)
}

/** A tick for each column with a failure; its height is the share of its samples that failed. */
export function renderFailures(bins: readonly Bin[], time: Scale): Markup {
  const bad = bins.filter(({failed}) => failed > 0)
  const count = bad.reduce((sum, {failed}) => sum + failed, 0)
  const lines = bad.map(({from, to, sent, failed}) => {
    const height = Math.max(3, Math.round((failed / sent) * (FAILURES - 2)))
    return `M${pathX(time.place((from + to) / 2))} ${FAILURES}v-${height}`
  })
  return drawing(FAILURES, `${count} failed samples`, [
    markup`<line class="grid" x1="0" x2="100%" y1="${FAILURES - 0.5}" y2="${FAILURES - 0.5}" />`,
    stretched(FAILURES, [markup`<path class="failed" d="${lines.join('')}" />`]),
  ])
}

function describeSpan({from, to}: ReportSpan): string {
  return `${formatStamp(from)} to ${formatStamp(to)}, ${formatDuration(to - from)}`
}
