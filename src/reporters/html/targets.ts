/** The timeline of the drill and, under it, what each target went through, all on one time axis. */
import {rttStatistics} from '../../core/statistics.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import type {DrillReport, FaultBand, TargetTrack} from '../drill-report.ts'
import {MOST_COLUMNS, binSamples} from './bins.ts'
import {renderFailures, renderFaultLane, renderPhases, renderStateLane} from './lanes.ts'
import {type Markup, markup} from './markup.ts'
import {renderPlot} from './plot.ts'
import {type Scale, planTimeScale} from './scale.ts'
import {timeAxis} from './svg.ts'

/** Hatching for what is down, so that it needs no colour. */
const PATTERNS = markup`<svg width="0" height="0" style="position:absolute" aria-hidden="true">
  <defs>
    <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <line class="hatch" x1="0" y1="0" x2="0" y2="6" />
    </pattern>
  </defs>
</svg>`

export function renderTimeline(report: DrillReport): Markup {
  const time = planTimeScale(report.end)
  const names = [...new Set(report.bands.map(({name}) => name))]
  const faults = names.map((name) =>
    lane(
      markup`fault ${name}`,
      renderFaultLane(
        report.bands.filter((band) => band.name === name),
        time,
      ),
    ),
  )
  return markup`${PATTERNS}${lane(markup`phases`, renderPhases(report.phases, time))}${faults}${lane(markup``, timeAxis(time))}`
}

export function renderTargets(report: DrillReport): readonly Markup[] {
  const time = planTimeScale(report.end)
  return report.tracks.map((track) => renderTarget(track, report, time))
}

function renderTarget(track: TargetTrack, report: DrillReport, time: Scale): Markup {
  const {info, samples, states} = track
  const bins = binSamples(samples, report.end)
  const failed = bins.some((bin) => bin.failed > 0)
  const plot = renderPlot(
    {
      name: info.name,
      bins,
      bands: visibleBands(report.bands),
      gaps: report.gaps,
      join: joinWithin(info.interval, report.end),
    },
    time,
  )
  return markup`<section class="target">
    <div class="row">
      <div>
        <b>${info.name}</b>${info.role === 'control' ? markup` <small>control</small>` : null}
        <small class="mono">${info.url}</small> <small>${describeWatch(track)}</small>
        <small>${describeSamples(track)}</small>
      </div>
      ${plot}
    </div>
    ${
      failed ? lane(markup`${describeFailures(track)}`, renderFailures(bins, time)) : null
    }${states.length > 0 ? lane(markup`state`, renderStateLane(states, time)) : null}${lane(markup``, timeAxis(time))}
  </section>`
}

/** One sample may be missing before the line is interrupted. */
function joinWithin(interval: Millis, end: Millis): Millis {
  return 2.5 * interval + (2 * end) / MOST_COLUMNS
}

/** Faults of later rounds under the same name are bands as well. */
function visibleBands(bands: readonly FaultBand[]): readonly FaultBand[] {
  return bands.filter(({from, to}) => to > from)
}

function describeWatch({info}: TargetTrack): string {
  const policy = info.policy === null ? '' : `, policy ${info.policy}`
  return `every ${formatDuration(info.interval)}${policy}`
}

function describeSamples({samples}: TargetTrack): string {
  const statistics = rttStatistics(samples.flatMap(({rtt}) => (rtt === null ? [] : [rtt])))
  const middle = statistics
    ? `, median ${formatDuration(statistics.p50)}, p95 ${formatDuration(statistics.p95)}`
    : ''
  return `${samples.length} samples${middle}`
}

/** `58 failed: TCP_REFUSED`, the most frequent code first. */
function describeFailures({samples}: TargetTrack): string {
  const counts = new Map<string, number>()
  for (const {failure} of samples) if (failure !== null) counts.set(failure, (counts.get(failure) ?? 0) + 1)
  const codes = [...counts].toSorted(([, a], [, b]) => b - a).map(([code]) => code)
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const more = codes.length > 2 ? ` and ${codes.length - 2} more` : ''
  return `${total} failed: ${codes.slice(0, 2).join(', ')}${more}`
}

function lane(label: Markup, content: Markup): Markup {
  return markup`<div class="row lane">
    <div>${label}</div>
    ${content}
  </div>`
}
