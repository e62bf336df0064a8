/** The views of groups and alerts. */
import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {displayWidth} from '../../../src/core/width.ts'
import type {Frame} from '../../../src/ui/frame.ts'
import {chooseLook} from '../../../src/ui/look.ts'
import {decideKey, initialScreen} from '../../../src/ui/screen-state.ts'
import {makeFrame, renderFrame, viewAt} from '../../support/frames.tsx'
import {sampleOf, stateOf} from '../../support/group-events.ts'

const RUN = {
  id: 'watch',
  command: 'monitor',
  purpose: 'monitor',
  title: 'uplink and nodes',
  version: '0.1.0',
  seed: 7,
  started: '2026-01-01T00:00:00.000Z',
  platform: 'linux',
  backends: [],
} as const

const target = (name: string, url: string): RunEvent => ({
  at: 0,
  type: 'target-added',
  target: {name, url, kind: 'tcp', role: 'target', interval: 1000, timeout: 500, policy: null},
})

const rule = (name: string, expr: string, wait: number): RunEvent => ({
  at: 0,
  type: 'alert-rule-added',
  rule: {name, expr, for: wait, keepFiringFor: 0, labels: {severity: 'page'}},
})

const alert = (
  at: number,
  state: 'pending' | 'firing' | 'resolved',
  name: string,
  target_: string,
): RunEvent => ({
  at,
  type: 'alert',
  rule: name,
  labels: {target: target_, severity: 'page'},
  state,
  since: 5000,
  value: 0,
  annotations: {summary: `${target_} does not answer`},
})

const EVENTS: readonly RunEvent[] = [
  {at: 0, type: 'run-started', run: RUN},
  ...['wifi', 'cable', 'a', 'b', 'c'].map((name) => target(name, `tcp://${name}.example:443`)),
  {
    at: 0,
    type: 'group-added',
    group: {
      name: 'uplink',
      mode: 'active-backup',
      members: [
        {name: 'radio', target: 'wifi'},
        {name: 'cable', target: 'cable'},
      ],
      interval: 1000,
    },
  },
  {
    at: 0,
    type: 'group-added',
    group: {
      name: 'nodes',
      mode: 'quorum',
      members: ['a', 'b', 'c'].map((name) => ({name, target: name})),
      needed: 2,
      leaveBelow: 2,
      interval: 1000,
    },
  },
  rule('TargetDown', 'netdrill_up == 0', 2000),
  rule('Slow', 'rate(netdrill_rtt_sum[1m]) > 1', 0),
  ...['wifi', 'cable', 'a', 'b', 'c'].flatMap((name) => [
    stateOf(name, 'connected', 200),
    sampleOf(name, 12.5, 1000),
  ]),
  {
    at: 300,
    type: 'path-switched',
    group: 'uplink',
    from: null,
    to: 'radio',
    kind: 'start',
    because: 'it is up',
    took: 0,
  },
  {
    at: 300,
    type: 'group-changed',
    group: 'uplink',
    from: 'connecting',
    to: 'connected',
    because: 'on radio',
    healthy: 2,
    of: 2,
  },
  {
    at: 300,
    type: 'group-changed',
    group: 'nodes',
    from: 'connecting',
    to: 'connected',
    because: '3 of 3',
    healthy: 3,
    of: 3,
  },
  sampleOf('wifi', null, 5000),
  stateOf('wifi', 'reconnecting', 5400),
  {
    at: 5420,
    type: 'path-switched',
    group: 'uplink',
    from: 'radio',
    to: 'cable',
    kind: 'down',
    because: 'TCP_TIMEOUT on radio',
    took: 20,
  },
  {
    at: 5420,
    type: 'group-changed',
    group: 'uplink',
    from: 'connected',
    to: 'degraded',
    because: 'radio is down',
    healthy: 1,
    of: 2,
  },
  alert(6000, 'pending', 'TargetDown', 'wifi'),
  alert(8000, 'firing', 'TargetDown', 'wifi'),
  {
    at: 8100,
    type: 'notified',
    receiver: 'ops',
    about: 'TargetDown firing',
    result: 'delivered',
    attempts: 1,
    because: '',
  },
  {
    at: 8200,
    type: 'notified',
    receiver: 'pager',
    about: 'TargetDown firing',
    result: 'failed',
    attempts: 3,
    because: 'refused',
  },
  {at: 8300, type: 'alert-rule-failed', rule: 'Slow', because: 'no such series'},
  {at: 9000, type: 'switch-held', group: 'uplink', because: 'radio is not stable yet'},
]

const NOW = 10_000
const view = viewAt(EVENTS, NOW)
const screen = initialScreen()
const plain = chooseLook({unicode: false, color: false})

const cases: readonly {readonly name: string; readonly parts: Partial<Frame>}[] = [
  {name: 'watch-100x24', parts: {columns: 100, rows: 24}},
  {name: 'groups-100x24', parts: {columns: 100, rows: 24, screen: {...screen, pane: 'groups'}}},
  {name: 'groups-60x12', parts: {columns: 60, rows: 12, screen: {...screen, pane: 'groups'}}},
  {name: 'alerts-100x24', parts: {columns: 100, rows: 24, screen: {...screen, pane: 'alerts'}}},
  {name: 'alerts-50x12', parts: {columns: 50, rows: 12, screen: {...screen, pane: 'alerts', scroll: 4}}},
  {name: 'alerts-ascii', parts: {columns: 100, rows: 24, look: plain, screen: {...screen, pane: 'alerts'}}},
  {name: 'help-of-a-watch', parts: {columns: 100, rows: 30, screen: {...screen, pane: 'help'}}},
]

describe('groups and alerts on the terminal', () => {
  it.each(cases)('look as recorded: $name', async ({name, parts}) => {
    const text = renderFrame(makeFrame({view, now: NOW, ...parts}))
    await expect(`${text}\n`).toMatchFileSnapshot(`./frames/${name}.txt`)
  })

  it.each(cases)('fit the terminal: $name', ({parts}) => {
    const frame = makeFrame({view, now: NOW, ...parts})
    const lines = renderFrame(frame).split('\n')
    expect(lines.length).toBeLessThanOrEqual(frame.rows)
    expect(Math.max(...lines.map(displayWidth))).toBeLessThan(frame.columns)
  })

  it('use nothing but ASCII where the locale has nothing else', () => {
    for (const pane of ['groups', 'alerts'] as const) {
      const frame = makeFrame({view, now: NOW, look: plain, screen: {...screen, pane}})
      expect(renderFrame(frame)).toMatch(/^[\n -~]*$/)
    }
  })

  it.each([
    ['groups', 'no groups in the document'],
    ['alerts', 'no alert rules in the document'],
  ] as const)('say so when there are none: %s', (pane, text) => {
    const none = viewAt(EVENTS.slice(0, 3), NOW)
    expect(renderFrame(makeFrame({view: none, now: NOW, screen: {...screen, pane}}))).toContain(text)
  })
})

describe('keys of the lists', () => {
  const context = {view, now: NOW}
  it.each([
    [['groups'], 'groups', 0],
    [['alerts'], 'alerts', 0],
    [['groups', 'targets'], 'overview', 0],
    [['next-view'], 'groups', 0],
    [['next-view', 'next-view'], 'alerts', 0],
    [['next-view', 'next-view', 'next-view'], 'overview', 0],
    [['alerts', 'down', 'down', 'up'], 'alerts', 1],
    [['alerts', 'up'], 'alerts', 0],
    [['alerts', 'down', 'first'], 'alerts', 0],
    [['alerts', 'down', 'groups'], 'groups', 0],
    [['alerts', 'back'], 'overview', 0],
  ] as const)('%j', (keys, pane, scroll) => {
    const end = keys.reduce((now, key) => decideKey(now, key, context).screen, screen)
    expect({pane: end.pane, scroll: end.scroll}).toEqual({pane, scroll})
  })

  it('end a list at its end', () => {
    const {screen: last} = decideKey({...screen, pane: 'alerts'}, 'last', context)
    const text = renderFrame(makeFrame({view, now: NOW, rows: 10, screen: last}))
    expect(text).toContain('pager')
  })
})
