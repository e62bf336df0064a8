import type {Preset} from './preset.ts'

/**
 * The source asks for backoff, an end of it and periodic attempts afterwards, and gives no figure at all: these are
 * netdrill's. A second is about what a link needs to come back after a cable is plugged in; a minute keeps a laptop
 * that lies unplugged from working for nothing.
 */
export const bondingApp: Preset = {
  name: 'bonding-app',
  summary: 'quick retries after a lost link, then every minute (all figures are our own)',
  source: 'the recovery guide of a desktop bonding app, which names the steps and no figures',
  own: [''],
  policy: {
    timeout: '10s',
    retry: {
      immediate: {attempts: 5, interval: '1s'},
      gradual: {attempts: 5, base_interval: '2s', max_interval: '60s', multiplier: 2},
      persistent: {enabled: true, interval: '1m'},
      jitter: {mode: 'width', factor: 0.2},
    },
    health: {interval: '5s', timeout: '2s', fall: 3, rise: 2},
  },
}
