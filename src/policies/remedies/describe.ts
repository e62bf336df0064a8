import {formatDuration} from '../../core/units.ts'
import type {Policy} from '../policy.ts'

/** The remedies of a policy in words, label and text; empty for a policy without any. */
export function describeRemedies({remedies}: Policy): readonly (readonly [string, string])[] {
  const {resolvers = [], refresh = null, hedge = null, adaptive = null} = remedies ?? {}
  const share = hedge && `${Math.round(hedge.share * 1000) / 10}% of all attempts at most`
  return [
    ...(resolvers.length > 0 ? [['other resolvers', resolvers.join(', ')] as const] : []),
    ...(refresh
      ? [['refresh', `${refresh.command.join(' ')}, at most ${formatDuration(refresh.timeout)}`] as const]
      : []),
    ...(hedge
      ? [
          [
            'hedge',
            `a second attempt after ${hedge.after === 'p95' ? 'the 95th percentile' : formatDuration(hedge.after)}, ${share ?? ''}`,
          ] as const,
        ]
      : []),
    ...(adaptive
      ? [
          [
            'adaptive',
            `waits up to ×${adaptive.maxFactor} by the last ${adaptive.window} attempts, timeout down to ${formatDuration(adaptive.minTimeout)}`,
          ] as const,
        ]
      : []),
  ]
}
