import type {Preset} from './preset.ts'

/** Waits of 500, 1000, 2000, 4000 ms ± 5 %; the cap of 30 s is never reached. */
export const defaultPolicy: Preset = {
  name: 'default',
  summary: 'five attempts with waits of 0.5, 1, 2 and 4s',
  source: 'the retry framework of a peer-to-peer network',
  // The source bounds neither one attempt nor all of them, and takes the first success for recovery.
  own: ['timeout', 'deadline', 'reset'],
  policy: {
    max_attempts: 5,
    initial_delay_ms: 500,
    max_delay_ms: 30_000,
    backoff_multiplier: 2,
    jitter_factor: 0.1,
    reset: {after_stable: '30s'},
    timeout: '10s',
    deadline: '2m',
  },
}
