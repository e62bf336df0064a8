import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../../src/core/events.ts'
import {readAlertText} from '../../../support/alert-rules.ts'
import {type AlertRun, EPOCH, alertRun, sampleAt} from '../../../support/alert-run.ts'

const INTERVAL = 5

/** One sample per evaluation, `isUp` says whether it succeeds; everything that was told. */
function watch(run: AlertRun, until: number, isUp: (at: number) => boolean, from = 0): readonly string[] {
  const told: string[] = []
  for (let at = from; at <= until; at += INTERVAL) told.push(...run.tick(at, [sampleAt(at, 'api', isUp(at))]))
  return told
}

const errors = (more: string): string =>
  `  - {name: Errors, condition: netdrill_consecutive_failures > 0${more === '' ? '' : `, ${more}`}}\n`

describe('the two rules of tunnel clients', () => {
  const PRESET = '  - preset: tunnel-client\n'

  it('an outage of six minutes is critical 300 s after the last success, and over with the first one', async () => {
    const run = await alertRun(PRESET)
    const down = (at: number): boolean => at < 60 || at >= 420
    expect(watch(run, 500, down).filter((line) => line.includes('Persistent'))).toEqual([
      // The last success was at 55: 355 is 300 s later, and 300 is not more than 300.
      '360 firing PersistentConnectionFailure{severity=critical,target=api}',
      '420 resolved PersistentConnectionFailure{severity=critical,target=api}',
    ])
  })

  it('a healthy open connection never alerts, however long', async () => {
    const run = await alertRun(PRESET)
    expect(watch(run, 7200, () => true)).toEqual([])
  })

  it('a target that never answered alerts 300 s after the start', async () => {
    const run = await alertRun(PRESET)
    const first = watch(run, 400, () => false).find((line) => line.includes('Persistent'))
    expect(first).toMatch(/^305 firing/)
  })

  it('the rate fires at a burst of failures, and at no slow ladder', async () => {
    const run = await alertRun(PRESET)
    const told: string[] = []
    for (let at = 0; at <= 60; at += INTERVAL) {
      const burst = at === 30 ? Array.from({length: 40}, () => sampleAt(at, 'api', false)) : []
      told.push(...run.tick(at, [sampleAt(at, 'api', true), ...burst]))
    }
    expect(told).toEqual([
      '30 firing ConnectionFailures{category=network,code=TCP_REFUSED,severity=warning,target=api}',
    ])
    const slow = await alertRun(PRESET)
    const lines = Array.from({length: 60}, (_, index) =>
      slow.tick(
        index * 60,
        index % 2 === 0 ? [sampleAt(index * 60, 'api', false)] : [sampleAt(index * 60, 'api', true)],
      ),
    )
    expect(lines.flat()).toEqual([])
  })
})

describe('states', () => {
  it('pending until it has held for as long as the rule asks, each evaluation counted', async () => {
    const run = await alertRun(errors('for: 20s'))
    expect(watch(run, 60, (at) => at < 10 || at > 40)).toEqual([
      '10 pending Errors{target=api}',
      '30 firing Errors{target=api}',
      '45 resolved Errors{target=api}',
    ])
  })

  it('one evaluation without it begins the wait anew', async () => {
    const run = await alertRun(errors('for: 20s'))
    expect(watch(run, 50, (at) => at < 10 || at === 25)).toEqual([
      '10 pending Errors{target=api}',
      '25 inactive Errors{target=api}',
      '30 pending Errors{target=api}',
      '50 firing Errors{target=api}',
    ])
  })

  it('a single blip does not fire', async () => {
    const run = await alertRun(errors('for: 10s'))
    expect(watch(run, 60, (at) => at !== 20).filter((line) => line.includes('firing'))).toEqual([])
  })

  it('without for it fires at once', async () => {
    const run = await alertRun(errors(''))
    expect(watch(run, 10, () => false)).toEqual(['0 firing Errors{target=api}'])
  })

  it('goes on firing for a while when asked, and through a blip of health', async () => {
    const run = await alertRun(errors('keep_firing_for: 15s'))
    const up = (at: number): boolean => at === 10 || at >= 30
    expect(watch(run, 60, up)).toEqual(['0 firing Errors{target=api}', '45 resolved Errors{target=api}'])
  })

  it('knows alerts by their labels', async () => {
    const run = await alertRun(errors('for: 5s'), ['api', 'web'])
    run.tick(0, [sampleAt(0, 'api', false), sampleAt(0, 'web', true)])
    expect(run.tick(5, [sampleAt(5, 'web', false)])).toEqual([
      '5 firing Errors{target=api}',
      '5 pending Errors{target=web}',
    ])
    expect(run.tick(10, [sampleAt(10, 'api', true)])).toEqual([
      '10 firing Errors{target=web}',
      '10 resolved Errors{target=api}',
    ])
  })

  it('ends with the target', async () => {
    const run = await alertRun(errors(''))
    run.tick(0, [sampleAt(0, 'api', false)])
    run.engine.forgetTarget('api')
    expect(run.tick(5)).toEqual(['5 resolved Errors{target=api}'])
  })
})

describe('what is told with an alert', () => {
  it('is the value, since when, and texts with everything filled in', async () => {
    const {engine, add} = await alertRun(
      '  - {name: Down, condition: time_since_last_success > 60, labels: {kind: "{{ $labels.target }}-down"}, ' +
        'annotations: {summary: "{{ $labels.target }}: {{ $value | humanizeDuration }}"}}\n',
    )
    add(sampleAt(10, 'api', true))
    engine.evaluate(10_000)
    expect(engine.evaluate(100_000)).toEqual([
      {
        type: 'alert',
        rule: 'Down',
        labels: {target: 'api', kind: 'api-down'},
        state: 'firing',
        since: 100_000,
        value: 90,
        annotations: {summary: 'api: 1m 30s'},
      },
    ])
  })

  it('time() is the wall clock of the run', async () => {
    const {engine} = await alertRun(
      `  - {name: Time, condition: 'time() - netdrill_last_success_timestamp_seconds + ${EPOCH} > time()'}\n`,
    )
    expect(engine.evaluate(1000)).toEqual([])
  })
})

describe('rules that can not be evaluated', () => {
  it('say so once, keep their alerts, and go on when it is over', async () => {
    const run = await alertRun(
      "  - {name: Odd, condition: 'netdrill_errors_total > on() netdrill_connection_attempts_total * 0'}\n",
      ['api', 'web'],
    )
    expect(run.tick(0, [sampleAt(0, 'api', false)])).toEqual(['0 failed Odd'])
    expect(run.tick(5)).toEqual([])
    run.engine.forgetTarget('web')
    expect(run.tick(10)).toEqual(['10 firing Odd{}'])
  })
})

describe('rules of another document', () => {
  const text = (more: string): string => `alerts:\n${errors(more)}`

  it('keep the states of what is as before', async () => {
    const run = await alertRun(errors('for: 20s'))
    run.tick(0, [sampleAt(0, 'api', false)])
    run.tick(10)
    const added = '  - {name: More, condition: netdrill_errors_total > 0}\n'
    expect(run.engine.replace(await readAlertText(text('for: 20s') + added))).toMatchObject([
      {type: 'alert-rule-added', rule: {name: 'More'}},
    ])
    // The counter that nobody read until now was kept all the same.
    expect(run.tick(20)).toEqual(['20 firing Errors{target=api}', '20 firing More{target=api}'])
  })

  it('end the alerts of what has changed', async () => {
    const run = await alertRun(errors(''))
    run.tick(0, [sampleAt(0, 'api', false)])
    expect(run.engine.replace(await readAlertText(text('for: 1m')))).toMatchObject([
      {type: 'alert', state: 'resolved'},
      {type: 'alert-rule-removed', rule: 'Errors'},
      {type: 'alert-rule-added'},
    ])
    expect(run.tick(5)).toEqual(['5 pending Errors{target=api}'])
  })
})

describe('other series', () => {
  it('histograms give quantiles', async () => {
    const run = await alertRun(
      '  - {name: Slow, condition: \'histogram_quantile(0.9, rate(netdrill_connection_latency_seconds_bucket{step="total"}[1m])) > 0.5\'}\n',
    )
    const sample = (at: number, took: number): RunEvent => {
      const outcome = {status: 'ok' as const, reading: {phase: {}}, took}
      return {at: at * 1000, type: 'sample', target: 'api', sample: {seq: 0, sentAt: at * 1000, outcome}}
    }
    const told: string[] = []
    for (let at = 0; at <= 120; at += INTERVAL) told.push(...run.tick(at, [sample(at, at < 60 ? 20 : 900)]))
    expect(told).toEqual([expect.stringMatching(/^\d+ firing Slow\{step=total,target=api\}$/)])
  })

  it('repeated fallback is told once, whatever the switches', async () => {
    const run = await alertRun('  - {preset: relay-fallback}\n')
    const members = ['direct', 'relay'].map((name) => ({name, target: name}))
    run.add({
      at: 0,
      type: 'group-added',
      group: {name: 'uplink', mode: 'active-backup', members, interval: 1000},
    })
    const told: string[] = []
    for (let at = 0; at <= 200; at += INTERVAL) {
      const attacked = at > 0 && at % 10 === 0 && at <= 100
      const away = {
        type: 'path-switched',
        group: 'uplink',
        from: 'direct',
        to: 'relay',
        kind: 'down',
        because: '',
        took: 1,
      } as const
      const back = {...away, from: 'relay', to: 'direct', kind: 'failback'} as const
      told.push(
        ...run.tick(
          at,
          attacked
            ? [
                {...away, at: at * 1000},
                {...back, at: at * 1000},
              ]
            : [],
        ),
      )
    }
    expect(told).toEqual([
      expect.stringMatching(/^\d\d firing RepeatedFallback\{group=uplink,severity=warning\}$/),
    ])
  })
})
