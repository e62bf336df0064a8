/** What of the checks is worth a line, for those who read a policy. */
import {type HealthOptions, type QualitySpec, detectionTime} from '../core/health.ts'
import {formatDuration, formatPercent} from '../core/units.ts'
import type {HealthSettings} from './policy.ts'

type Fact = readonly [label: string, text: string]

/** How soon a silent loss is found, then whatever else was written. */
export function describeHealth(health: HealthSettings): readonly Fact[] {
  const {worst, mean} = detectionTime({...health, health})
  const found = `found within ${shown(worst)}, ${shown(mean)} in the mean`
  return [['silent loss', found], ...describeOptions(health)]
}

function describeOptions({
  fastInterval,
  jitter,
  slowDown,
  quality,
  phi,
  inactive,
  hold,
}: HealthOptions): Fact[] {
  const facts: (Fact | null)[] = [
    fastInterval === undefined ? null : ['confirmed', `every ${formatDuration(fastInterval)}`],
    jitter === undefined ? null : ['check jitter', `0 to ${formatPercent(jitter)} later`],
    slowDown
      ? [
          'while down',
          `after ${slowDown.after} failures ${slowDown.factor} times rarer each, up to every ${formatDuration(slowDown.max)}`,
        ]
      : null,
    quality ? ['degraded', describeQuality(quality)] : null,
    phi ? ['accrual', `lost at phi ${phi.threshold}, pauses of ${formatDuration(phi.pause)} allowed`] : null,
    inactive
      ? [
          'inactive',
          `${formatDuration(inactive.after)}${inactive.combine === 'all' ? ', and the failures too' : ''}`,
        ]
      : null,
    hold
      ? [
          'held',
          Object.entries(hold)
            .map(([state, time]) => `${state} ${formatDuration(time)}`)
            .join(', '),
        ]
      : null,
  ]
  return facts.filter((fact) => fact !== null)
}

function describeQuality({maxRtt, maxLoss, wellRtt, wellLoss, warnRtt, warnLoss}: QualitySpec): string {
  const limits = (rtt: number | undefined, loss: number | undefined, or: string): string =>
    [rtt === undefined ? [] : [shown(rtt)], loss === undefined ? [] : [`${formatPercent(loss)} lost`]]
      .flat()
      .join(` ${or} `)
  const bad = limits(maxRtt, maxLoss, 'or')
  return `from ${bad}, well at ${limits(wellRtt, wellLoss, 'and')}, warned from ${limits(warnRtt, warnLoss, 'or')}`
}

function shown(time: number): string {
  return formatDuration(Math.round(time))
}
