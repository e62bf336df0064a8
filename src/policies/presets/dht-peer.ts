import type {Preset} from './preset.ts'

/** Waits of 1 and 2 s ± 5 %; differs from webrtc in the jitter only. */
export const dhtPeer: Preset = {
  name: 'dht-peer',
  summary: 'three attempts with waits of 1 and 2s and little jitter',
  source: 'the retry framework of a peer-to-peer network',
  // The source bounds neither one attempt nor all of them, and takes the first success for recovery.
  own: ['timeout', 'deadline', 'reset'],
  policy: {
    max_attempts: 3,
    initial_delay_ms: 1000,
    max_delay_ms: 30_000,
    backoff_multiplier: 2,
    jitter_factor: 0.1,
    reset: {after_stable: '30s'},
    timeout: '10s',
    deadline: '2m',
  },
}
