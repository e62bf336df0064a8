import type {Preset} from './preset.ts'

/**
 * Checked every 5 s; more than three failures in a row start the recovery, of which three attempts are made. The
 * attempts are refunded after a stable time, so that a fourth incident can be recovered from as well.
 */
export const webrtcHealth: Preset = {
  name: 'webrtc-health',
  summary: 'three recovery attempts at the 5s tick of a WebRTC health check',
  source: 'the health records of a WebRTC server',
  own: ['timeout', 'jitter', 'reset', 'health.timeout', 'health.rise'],
  policy: {
    timeout: '5s',
    retry: {
      immediate: {attempts: 3, interval: '5s'},
      gradual: {attempts: 0},
      persistent: {enabled: false},
      jitter: {mode: 'width', factor: 0.1},
    },
    reset: {after_stable: '30s'},
    health: {interval: '5s', timeout: '5s', fall: 4, rise: 1},
  },
}
