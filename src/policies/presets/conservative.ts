import type {Preset} from './preset.ts'

/** Attempts at 0, 10, 20, 30, 90, 210, 450 s; its cap of 600 s is never reached. */
export const conservative: Preset = {
  name: 'conservative',
  summary: 'seven attempts within 8 minutes, then it gives up',
  source: 'the conservative set-up of a TLS tunnel client',
  own: ['jitter', 'health.fall', 'health.rise'],
  policy: {
    timeout: '30s',
    retry: {
      immediate: {attempts: 3, interval: '10s'},
      gradual: {attempts: 3, base_interval: '60s', max_interval: '600s', multiplier: 2},
      persistent: {enabled: false},
      jitter: {mode: 'width', factor: 0.1},
    },
    health: {interval: '30s', timeout: '5s', fall: 3, rise: 2},
  },
}
