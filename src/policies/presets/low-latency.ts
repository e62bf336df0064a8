import type {Preset} from './preset.ts'

/** Waits of 30, 30, 30, 30, 60, 120, 240, then 300 s. */
export const lowLatency: Preset = {
  name: 'low-latency',
  summary: 'relay-fallback for short paths: the first waits are 30s',
  source: 'the direct path with relay fallback of a peer-to-peer program',
  own: ['jitter', 'health.fall', 'health.rise'],
  policy: {
    timeout: '5s',
    retry: {
      immediate: {attempts: 4, interval: '30s'},
      gradual: {attempts: 3, base_interval: '60s', max_interval: '300s', multiplier: 2},
      persistent: {enabled: true, interval: '5m'},
      jitter: {mode: 'width', factor: 0.1},
    },
    health: {interval: '30s', timeout: '5s', fall: 2, rise: 2},
  },
}
