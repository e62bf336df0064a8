import type {Preset} from './preset.ts'

/** Attempts at 0, 2, 4, 6, 8, 10, 25, 55, 115, 235, 475, 775 … 1975 s, then every 5 minutes. */
export const highAvailability: Preset = {
  name: 'high-availability',
  summary: 'more and quicker retries than tunnel-client, and every 5 minutes for ever',
  source: 'the high-availability set-up of a TLS tunnel client',
  own: ['jitter', 'health.fall', 'health.rise'],
  policy: {
    timeout: '30s',
    retry: {
      immediate: {attempts: 5, interval: '2s'},
      gradual: {attempts: 10, base_interval: '15s', max_interval: '300s', multiplier: 2},
      persistent: {enabled: true, interval: '5m'},
      jitter: {mode: 'width', factor: 0.1},
    },
    health: {interval: '30s', timeout: '5s', fall: 3, rise: 2},
  },
}
