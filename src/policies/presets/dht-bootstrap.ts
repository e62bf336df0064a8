import type {Preset} from './preset.ts'

/** Waits of 2, 4, 8, 16 s ± 7.5 %: slower than the others, but longer. */
export const dhtBootstrap: Preset = {
  name: 'dht-bootstrap',
  summary: 'five attempts with waits of 2, 4, 8 and 16s',
  source: 'the retry framework of a peer-to-peer network',
  // The source bounds neither one attempt nor all of them, and takes the first success for recovery.
  own: ['timeout', 'deadline', 'reset'],
  policy: {
    max_attempts: 5,
    initial_delay_ms: 2000,
    max_delay_ms: 60_000,
    backoff_multiplier: 2,
    jitter_factor: 0.15,
    reset: {after_stable: '30s'},
    timeout: '10s',
    deadline: '2m',
  },
}
