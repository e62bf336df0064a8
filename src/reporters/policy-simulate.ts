/** A simulated fleet as text and as JSON. */
import {stripControl} from '../core/text.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import {
  type SimulationVariant,
  type SimulationView,
  lengthOf,
  peaksOf,
  shortTitle,
  variantTitle,
} from './policy-simulate-view.ts'

const COLUMNS = 80
const HEIGHT = 6
const LABEL = 30
const COLUMN = 12

/** The figures of all variants side by side, then a plot of each on the same scales. */
export function renderSimulation(view: SimulationView, options: {readonly unicode: boolean}): string {
  const {clients, outage, capacity, detection, policy, seed, variants} = view
  const top = variants.reduce((most, {figures}) => Math.max(most, figures.peakDuring, figures.peakAfter), 1)
  const lines = [
    `${clients} clients with policy ${stripControl(policy)}, seed ${seed}`,
    `the server is gone for ${formatDuration(outage)}, then answers ${capacity} attempts/s; ` +
      `clients notice within ${formatDuration(detection)}`,
    '',
    ...renderFigures(variants),
    ...variants.flatMap((variant) => ['', ...renderPlot(view, variant, {top, unicode: options.unicode})]),
  ]
  return `${lines.join('\n')}\n`
}

/** One document. Times are milliseconds; curves have one value per second from the loss on. */
export function simulationJson(view: SimulationView): string {
  const variants = view.variants.map(({name, jitter, figures}) => ({
    name,
    jitter,
    peak: {during_outage: figures.peakDuring, after_heal: figures.peakAfter},
    steady: figures.steady,
    peak_to_steady: figures.peakToSteady,
    turned_away: figures.turnedAway,
    back: figures.back,
    attempts: figures.attempts,
    gave_up: figures.gaveUp,
    waiting: figures.waiting,
    cut: figures.cut,
    curve: {interval: 1000, ...figures.curve},
  }))
  const {policy, clients, outage, capacity, detection, attemptDuration, seed} = view
  const settings = {clients, outage, capacity, detection, attempt_duration: attemptDuration, seed}
  return JSON.stringify({schema: 'netdrill/policy-simulation/1', policy, settings, variants})
}

function renderFigures(variants: readonly SimulationVariant[]): readonly string[] {
  const row = (label: string, of: (figures: SimulationVariant['figures']) => string): string =>
    `  ${label.padEnd(LABEL)}${variants.map(({figures}) => of(figures).padStart(COLUMN)).join('')}`.trimEnd()
  const backRows = variants[0]?.figures.back.map(({percent}, index) =>
    row(`${percent} % back after the heal`, ({back}) => time(back[index]?.after ?? null)),
  )
  const some = (of: (figures: SimulationVariant['figures']) => number): boolean =>
    variants.some(({figures}) => of(figures) > 0)
  return [
    `  ${' '.repeat(LABEL)}${variants.map((variant) => shortTitle(variant).padStart(COLUMN)).join('')}`,
    row('peak while the server is gone', ({peakDuring}) => `${peakDuring}/s`),
    row('peak after the heal', ({peakAfter}) => `${peakAfter}/s`),
    row('steady load after the heal', ({steady}) => `${Number(steady.toPrecision(3))}/s`),
    row('peak against steady load', ({peakToSteady}) =>
      peakToSteady === null ? '-' : `${peakToSteady.toFixed(1)}x`,
    ),
    row('attempts turned away', ({turnedAway}) => String(turnedAway)),
    ...(backRows ?? []),
    row('attempts/client, mean', ({attempts}) => attempts.mean.toFixed(1)),
    row('attempts/client, p95 and max', ({attempts}) => `${attempts.p95}, ${attempts.max}`),
    ...(some(({gaveUp}) => gaveUp) ? [row('gave up before', ({gaveUp}) => String(gaveUp))] : []),
    ...(some(({waiting}) => waiting) ? [row('not back at the end', ({waiting}) => String(waiting))] : []),
    ...(some(({cut}) => Number(cut))
      ? [row('stopped: too many attempts', ({cut}) => (cut ? 'yes' : 'no'))]
      : []),
  ]
}

function time(ms: Millis | null): string {
  return ms === null ? 'never' : formatDuration(ms)
}

interface PlotScale {
  readonly top: number
  readonly unicode: boolean
}

function renderPlot(view: SimulationView, variant: SimulationVariant, scale: PlotScale): readonly string[] {
  const length = lengthOf(view)
  const margin = Math.max(String(scale.top).length, 3) + 2
  const width = Math.min(COLUMNS - margin - 1, length)
  const peaks = peaksOf(variant.figures.curve.attempts, length, width)
  const side = scale.unicode ? '│' : '|'
  const rows = Array.from({length: HEIGHT}, (_, index) => {
    const label = index === 0 ? String(scale.top) : ''
    const cells = peaks.map((peak) => cell(peak / scale.top, HEIGHT - 1 - index, scale.unicode))
    return `${label.padStart(margin - 1)} ${side}${cells.join('')}`.trimEnd()
  })
  const line = scale.unicode ? '─' : '-'
  const heal = Math.min(width - 1, Math.floor((view.outage / 1000 / length) * width))
  const axis = Array.from({length: width}, (_, index) => (index === heal ? '^' : line)).join('')
  const end = formatDuration(length * 1000)
  const mark = `heal ${formatDuration(view.outage)}`
  const at = Math.max(0, Math.min(heal, width - mark.length - end.length - 1))
  const under = `${' '.repeat(at)}${mark}`.padEnd(width - end.length) + end
  return [
    `attempts per second ${variantTitle(variant)}`,
    ...rows,
    `${'0'.padStart(margin - 1)} ${scale.unicode ? '└' : '+'}${axis}`,
    `${' '.repeat(margin + 1)}${under}`,
  ]
}

const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** One character of a bar; `level` counts rows from the bottom. The smallest value is still seen. */
function cell(share: number, level: number, unicode: boolean): string {
  const steps = unicode ? 8 : 2
  const filled = Math.round(share * HEIGHT * steps)
  const here = Math.min(steps, Math.max(0, (share > 0 ? Math.max(1, filled) : 0) - level * steps))
  return (unicode ? EIGHTHS : [' ', '.', '#'])[here] ?? ' '
}
