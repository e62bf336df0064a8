import type {Preset} from './preset.ts'

/**
 * Waits of 60, 60, 60, 60, 120, 240, then 300 s: the doubling after more than three failures is worked out from the
 * base and the failures, so that a tuned base is not lost.
 */
export const relayFallback: Preset = {
  name: 'relay-fallback',
  summary: 'tries the direct path every minute, after four failures ever more rarely up to 5 minutes',
  source: 'the direct path with relay fallback of a peer-to-peer program',
  own: ['jitter', 'health.fall', 'health.rise'],
  policy: {
    timeout: '5s',
    retry: {
      immediate: {attempts: 4, interval: '60s'},
      gradual: {attempts: 2, base_interval: '120s', max_interval: '300s', multiplier: 2},
      persistent: {enabled: true, interval: '5m'},
      jitter: {mode: 'width', factor: 0.1},
    },
    health: {interval: '30s', timeout: '5s', fall: 2, rise: 2},
  },
}
