import type {Preset} from './preset.ts'

/** The waits of relay-fallback; a silent loss is found within two checks of 60 s. */
export const mobile: Preset = {
  name: 'mobile',
  summary: 'relay-fallback that checks once a minute only, for the sake of the battery',
  source: 'the direct path with relay fallback of a peer-to-peer program',
  own: ['jitter', 'health.fall', 'health.rise'],
  policy: {
    timeout: '5s',
    retry: {
      immediate: {attempts: 4, interval: '60s'},
      gradual: {attempts: 2, base_interval: '120s', max_interval: '300s', multiplier: 2},
      persistent: {enabled: true, interval: '5m'},
      jitter: {mode: 'width', factor: 0.1},
    },
    health: {interval: '60s', timeout: '5s', fall: 2, rise: 2},
  },
}
