import type {Preset} from './preset.ts'

/** Waits of 120, 120, 120, 120, 240, then 300 s. */
export const highLatency: Preset = {
  name: 'high-latency',
  summary: 'relay-fallback for long paths: the first waits are 2 minutes',
  source: 'the direct path with relay fallback of a peer-to-peer program',
  own: ['jitter', 'health.fall', 'health.rise'],
  policy: {
    timeout: '5s',
    retry: {
      immediate: {attempts: 4, interval: '120s'},
      gradual: {attempts: 1, base_interval: '240s', max_interval: '300s', multiplier: 2},
      persistent: {enabled: true, interval: '5m'},
      jitter: {mode: 'width', factor: 0.1},
    },
    health: {interval: '30s', timeout: '5s', fall: 2, rise: 2},
  },
}
