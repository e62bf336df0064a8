import {formatDuration} from '../../core/units.ts'
import type {Policy} from '../policy.ts'
import type {AdaptiveSettings, HedgeSettings, RefreshSettings} from './settings.ts'

type Line = readonly [string, string]

/** The remedies of a policy in words, label and text; empty for a policy without any. */
export function describeRemedies({remedies}: Policy): readonly Line[] {
  const {resolvers = [], refresh = null, hedge = null, adaptive = null} = remedies ?? {}
  const lines: (Line | null)[] = [
    resolvers.length > 0 ? ['other resolvers', resolvers.join(', ')] : null,
    refresh && ['refresh', refreshText(refresh)],
    hedge && ['hedge', hedgeText(hedge)],
    adaptive && ['adaptive', adaptiveText(adaptive)],
  ]
  return lines.filter((line) => line !== null)
}

function refreshText({command, timeout}: RefreshSettings): string {
  return `${command.join(' ')}, at most ${formatDuration(timeout)}`
}

function hedgeText({after, share}: HedgeSettings): string {
  const when = after === 'p95' ? 'the 95th percentile' : formatDuration(after)
  return `a second attempt after ${when}, ${Math.round(share * 1000) / 10}% of all attempts at most`
}

function adaptiveText({maxFactor, window, minTimeout}: AdaptiveSettings): string {
  const timeout = formatDuration(minTimeout)
  return `waits up to ×${maxFactor} by the last ${window} attempts, timeout down to ${timeout}`
}
