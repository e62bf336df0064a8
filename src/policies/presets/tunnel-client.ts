import type {Preset} from './preset.ts'

/** Attempts at 0, 5, 10, 15, 45, 105, 225, 465, 945 s, then every 10 minutes. */
export const tunnelClient: Preset = {
  name: 'tunnel-client',
  summary: 'three phases: quick retries, doubling waits, then every 10 minutes for ever',
  source: 'the default ladder of a TLS tunnel client',
  // The source spreads nothing, so a fleet that failed together would come back together; and it says nothing of
  // how many lost checks count.
  own: ['jitter', 'health.fall', 'health.rise'],
  policy: {
    timeout: '30s',
    retry: {
      immediate: {attempts: 3, interval: '5s'},
      gradual: {attempts: 5, base_interval: '30s', max_interval: '480s', multiplier: 2},
      persistent: {enabled: true, interval: '10m'},
      jitter: {mode: 'width', factor: 0.1},
    },
    health: {interval: '30s', timeout: '5s', fall: 3, rise: 2},
  },
}
