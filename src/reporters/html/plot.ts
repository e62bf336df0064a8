/** The round trips of one target over time. */
import type {Millis} from '../../core/units.ts'
import type {FaultBand, ReportSpan} from '../drill-report.ts'
import type {Bin} from './bins.ts'
import {type Markup, markup} from './markup.ts'
import {type Scale, planValueScale} from './scale.ts'
import {box, boxLabel, drawing, pathX, stretched, timeGrid} from './svg.ts'

const HEIGHT = 132
/** Room above the curve for the names of the faults, per row of names. */
const NAME_ROW = 13

export interface PlotInput {
  readonly name: string
  readonly bins: readonly Bin[]
  readonly bands: readonly FaultBand[]
  readonly gaps: readonly ReportSpan[]
  /** Good samples further apart than this are not joined by the line. */
  readonly join: Millis
}

/** Median line, a stroke from the least to the greatest value of each column, and the faults as bands behind. */
export function renderPlot(input: PlotInput, time: Scale): Markup {
  const answered = input.bins.flatMap(({from, to, rtt}) => (rtt ? [{x: (from + to) / 2, ...rtt}] : []))
  const scale = planValueScale(
    answered.reduce((low, {min}) => Math.min(low, min), Number.POSITIVE_INFINITY),
    answered.reduce((high, {max}) => Math.max(high, max), 0),
  )
  const rows = stackBands(input.bands)
  const top = NAME_ROW * Math.max(1, ...rows.map((row) => row + 1)) + 4
  const y = (value: number): number => Number((HEIGHT - scale.place(value) * (HEIGHT - top)).toFixed(1))
  const x = (at: Millis): number => pathX(time.place(at))
  const ranges = answered.filter(({min, max}) => max > min)
  const content =
    answered.length === 0
      ? [
          markup`<text class="tick" x="50%" y="${HEIGHT / 2}" text-anchor="middle">nothing was answered</text>`,
        ]
      : [
          stretched(HEIGHT, [
            markup`<path
              class="range"
              d="${ranges.map(({x: at, min, max}) => `M${x(at)} ${y(min)}V${y(max)}`).join('')}"
            />`,
            markup`<path class="median" d="${medianPath(answered, input.join, {x, y})}" />`,
          ]),
          ...valueLabels(scale, y),
          ...(scale.log ? [markup`<text class="tick value" x="0" y="8">log</text>`] : []),
        ]
  const title = `round trips of ${input.name}${scale.log ? ', logarithmic' : ''}`
  return drawing(HEIGHT, title, [
    ...timeGrid(time, HEIGHT),
    ...input.bands.map((band, index) => renderBand(band, rows[index] ?? 0, time)),
    ...input.gaps.map((gap) =>
      box(
        gap,
        time,
        {y: HEIGHT - 4, height: 4},
        {
          title: 'not observed: netdrill was not run in time',
          inside: [markup`<rect class="gap" width="100%" height="4" />`],
        },
      ),
    ),
    ...valueLines(scale, y),
    ...content,
  ])
}

function renderBand(band: FaultBand, row: number, time: Scale): Markup {
  const inside = [
    markup`<rect class="band" width="100%" height="100%" />`,
    markup`<line class="edge" x1="0.5" x2="0.5" y1="0" y2="100%" />`,
    ...boxLabel(band.name, band, time, {y: 11 + row * NAME_ROW, name: 'name'}),
  ]
  return box(band, time, {y: 0, height: HEIGHT}, {title: `${band.name}: ${band.summary}`, inside})
}

/** A row for each name such that overlapping bands don't write over each other. */
function stackBands(bands: readonly ReportSpan[]): readonly number[] {
  const ends: number[] = []
  return bands.map(({from, to}) => {
    const free = ends.findIndex((end) => end <= from)
    const row = free < 0 ? ends.length : free
    ends[row] = to
    return row
  })
}

interface Point {
  readonly x: Millis
  readonly median: Millis
}

interface Places {
  readonly x: (at: Millis) => number
  readonly y: (value: number) => number
}

/** A line that breaks where nothing was answered; a lone point becomes a dot by its round ends. */
function medianPath(points: readonly Point[], join: Millis, {x, y}: Places): string {
  return points
    .map((point, index) => {
      const last = points[index - 1]
      const joined = last !== undefined && point.x - last.x <= join
      return `${joined ? 'L' : 'M'}${x(point.x)} ${y(point.median)}${joined ? '' : 'h0'}`
    })
    .join('')
}

function valueLines(scale: Scale, y: (value: number) => number): readonly Markup[] {
  return scale.ticks.map(
    ({value}) => markup`<line class="grid" x1="0" x2="100%" y1="${y(value)}" y2="${y(value)}" />`,
  )
}

function valueLabels(scale: Scale, y: (value: number) => number): readonly Markup[] {
  return scale.ticks.map(
    ({value, label}) => markup`<text class="tick value" x="0" y="${y(value)}">${label}</text>`,
  )
}
