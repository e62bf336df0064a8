import type {Preset} from './preset.ts'

/** Waits of 1 and 2 s ± 10 %: ICE retries by itself below this. */
export const webrtc: Preset = {
  name: 'webrtc',
  summary: 'three attempts with waits of 1 and 2s',
  source: 'the retry framework of a peer-to-peer network',
  // The source bounds neither one attempt nor all of them, and takes the first success for recovery.
  own: ['timeout', 'deadline', 'reset'],
  policy: {
    max_attempts: 3,
    initial_delay_ms: 1000,
    max_delay_ms: 15_000,
    backoff_multiplier: 2,
    jitter_factor: 0.2,
    reset: {after_stable: '30s'},
    timeout: '10s',
    deadline: '2m',
  },
}
