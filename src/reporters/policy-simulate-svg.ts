/** A simulated fleet as a picture that needs nothing else: own styles, light and dark. */
import {formatDuration} from '../core/units.ts'
import {
  type SimulationVariant,
  type SimulationView,
  lengthOf,
  peaksOf,
  variantTitle,
} from './policy-simulate-view.ts'

const WIDTH = 800
const PANEL = 200
const PLOT = {left: 70, top: 34, width: 700, height: 120}

const STYLE = `
    svg { background: #fff; color: #1f2328; font: 12px system-ui, sans-serif }
    text { fill: currentColor }
    .area { fill: #0969da; fill-opacity: .35; stroke: #0969da }
    .axis { stroke: currentColor; fill: none }
    .heal { stroke: #1a7f37; stroke-dasharray: 4 3 }
    .capacity { stroke: #cf222e; stroke-dasharray: 2 3 }
    @media (prefers-color-scheme: dark) {
      svg { background: #0d1117; color: #e6edf3 }
      .area { fill: #4493f8; stroke: #4493f8 }
      .heal { stroke: #3fb950 }
      .capacity { stroke: #f85149 }
    }
  `

/** Attempts per second of every variant on the same scales, with the heal and the capacity of the server. */
export function simulationSvg(view: SimulationView): string {
  const height = view.variants.length * PANEL + 20
  const {policy, clients, outage, capacity, seed} = view
  const title = escapeXml(`${clients} clients with policy ${policy}`)
  const about = escapeXml(
    `The server is gone for ${formatDuration(outage)}, then answers ${capacity} attempts/s. Seed ${seed}.`,
  )
  const panels = view.variants.map((variant, index) => panel(view, variant, index * PANEL))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `  <title>${title}</title>`,
    `  <desc>${about}</desc>`,
    `  <style>${STYLE}</style>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n')
}

function panel(view: SimulationView, variant: SimulationVariant, offset: number): string {
  const length = lengthOf(view)
  const {left, width, height} = PLOT
  const top = offset + PLOT.top
  const most = view.variants.reduce(
    (peak, {figures}) => Math.max(peak, figures.peakDuring, figures.peakAfter),
    1,
  )
  const bottom = top + height
  const y = (value: number): string => (bottom - (Math.min(value, most) / most) * height).toFixed(1)
  const x = (second: number): string => (left + (Math.min(second, length) / length) * width).toFixed(1)
  const bins = Math.min(width, length)
  const steps = peaksOf(variant.figures.curve.attempts, length, bins).map(
    (peak, bin) => `V${y(peak)}H${(left + ((bin + 1) / bins) * width).toFixed(1)}`,
  )
  const heal = x(view.outage / 1000)
  const capacity =
    view.capacity <= most
      ? [`  <path class="capacity" d="M${left} ${y(view.capacity)}H${left + width}"/>`]
      : []
  return [
    `  <text x="${left}" y="${top - 14}">attempts per second ${escapeXml(variantTitle(variant))}</text>`,
    `  <path class="area" d="M${left} ${bottom}${steps.join('')}V${bottom}Z"/>`,
    ...capacity,
    `  <path class="heal" d="M${heal} ${top}V${bottom}"/>`,
    `  <path class="axis" d="M${left} ${top}V${bottom}H${left + width}"/>`,
    `  <text x="${left - 6}" y="${top + 4}" text-anchor="end">${most}</text>`,
    `  <text x="${left - 6}" y="${bottom + 4}" text-anchor="end">0</text>`,
    `  <text x="${heal}" y="${bottom + 16}" text-anchor="middle">heal ${formatDuration(view.outage)}</text>`,
    `  <text x="${left + width}" y="${bottom + 30}" text-anchor="end">${formatDuration(length * 1000)}</text>`,
  ].join('\n')
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
