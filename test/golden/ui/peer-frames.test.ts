/** The view of peers. */
import {describe, expect, it} from 'vitest'
import type {RunEvent, RunInfo} from '../../../src/core/events.ts'
import type {PeerHealth} from '../../../src/core/peer-events.ts'
import {displayWidth} from '../../../src/core/width.ts'
import type {Frame} from '../../../src/ui/frame.ts'
import {chooseLook} from '../../../src/ui/look.ts'
import {type ScreenState, decideKey, initialScreen} from '../../../src/ui/screen-state.ts'
import {makeFrame, renderFrame, viewAt} from '../../support/frames.tsx'

const RUN: RunInfo = {
  ...{id: 'watch', command: 'monitor', purpose: 'monitor', title: 'office and more', version: '0.1.0'},
  ...{seed: 7, started: '2026-01-01T00:00:00.000Z', platform: 'linux', backends: []},
}

const added = (name: string): RunEvent => ({
  at: 0,
  type: 'peer-added',
  info: {
    ...{name, role: 'controlling', remote: ['192.0.2.7:40000'], check: 5000, maxRestarts: 3},
    detection: {worst: 15_000, mean: 12_500},
    consent: {interval: 5000, timeout: 30_000},
  },
})

const health: PeerHealth = {
  ...{state: 'connected', idle: 1000, consent: 1000, failures: 0, restarts: 0, restartsTotal: 4},
  ...{selected: '10.0.0.1 → 192.0.2.7:40000', locals: ['10.0.0.1', '10.1.0.1']},
  ...{sent: 40, received: 38, forged: 0, unknown: 1, sendErrors: 0},
}
const lost: PeerHealth = {
  ...{...health, state: 'disconnected', idle: 12_000, consent: null, failures: 3, restarts: 2},
  ...{selected: null, forged: 700, sendErrors: 5},
}

const state = (
  at: number,
  peer: string,
  to: PeerHealth['state'],
  record: PeerHealth | undefined,
): RunEvent => ({
  ...{at, type: 'peer-state', peer, from: 'checking', to, because: 'told'},
  ...(record ? {health: record} : {}),
})

const EVENTS: readonly RunEvent[] = [
  {at: 0, type: 'run-started', run: RUN},
  ...['office', 'gone', 'later'].map(added),
  {at: 10, type: 'peer-step', peer: 'gone', step: 'connect', level: 'info', text: 'checks 2 pairs'},
  state(300, 'office', 'connected', health),
  state(400, 'gone', 'connected', health),
  {at: 8000, type: 'peer-check', peer: 'office', health},
  state(9000, 'gone', 'disconnected', lost),
  {at: 9500, type: 'peer-step', peer: 'gone', step: 'recover', level: 'warning', text: 'restart 2 of 3'},
]
const NOW = 10_000
const view = viewAt(EVENTS, NOW)
const screen: ScreenState = {...initialScreen(), pane: 'peers'}
const plain = chooseLook({unicode: false, color: false})

const cases: readonly {readonly name: string; readonly parts: Partial<Frame>}[] = [
  {name: 'peers-100x24', parts: {columns: 100, rows: 24}},
  {name: 'peers-lost-100x24', parts: {columns: 100, rows: 24, screen: {...screen, peer: 'gone'}}},
  {name: 'peers-60x12', parts: {columns: 60, rows: 12}},
  {name: 'peers-ascii', parts: {columns: 100, rows: 20, look: plain, screen: {...screen, peer: 'gone'}}},
]

describe('peers on the terminal', () => {
  it.each(cases)('look as recorded: $name', async ({name, parts}) => {
    const text = renderFrame(makeFrame({view, now: NOW, screen, ...parts}))
    await expect(`${text}\n`).toMatchFileSnapshot(`./frames/${name}.txt`)
  })

  it.each(cases)('fit the terminal: $name', ({parts}) => {
    const frame = makeFrame({view, now: NOW, screen, ...parts})
    const lines = renderFrame(frame).split('\n')
    expect(lines.length).toBeLessThanOrEqual(frame.rows)
    expect(Math.max(...lines.map(displayWidth))).toBeLessThan(frame.columns)
  })

  it('keep the selected one on the screen, however many there are', () => {
    const names = Array.from({length: 100}, (_, index) => `peer-${index}`)
    const many = viewAt([...EVENTS.slice(0, 1), ...names.map(added)], NOW)
    for (const peer of ['peer-0', 'peer-57', 'peer-99']) {
      const text = renderFrame(makeFrame({view: many, now: NOW, rows: 20, screen: {...screen, peer}}))
      expect(text).toMatch(new RegExp(`^ \\S ${peer} `, 'm'))
      expect(text).toContain('3 left of 3')
    }
  })

  it('say so when there are none, and are gone when their record is', () => {
    const none = viewAt(EVENTS.slice(0, 1), NOW)
    expect(renderFrame(makeFrame({view: none, now: NOW, screen}))).toContain('no peers in the document')
    const removed: RunEvent = {at: NOW, type: 'peer-removed', peer: 'gone', because: 'its grace is over'}
    const left = viewAt([...EVENTS, removed], NOW)
    expect(left.peers.map(({info}) => info.name)).toEqual(['office', 'later'])
  })

  it('show how they stood when the watch ended', () => {
    const ended = (peer: string): readonly RunEvent[] => [
      state(NOW, peer, 'closed', undefined),
      {at: NOW, type: 'peer-removed', peer, because: 'the watch ended'},
    ]
    const last = viewAt([...EVENTS, ...ended('office'), ...ended('gone')], NOW)
    expect(last.peers.map((peer) => peer.state)).toEqual(['connected', 'disconnected', 'new'])
  })
})

describe('keys of the peers', () => {
  it.each([
    [['down'], 'gone'],
    [['down', 'down', 'down', 'down'], 'later'],
    [['last', 'up'], 'gone'],
    [['last', 'first'], 'office'],
  ] as const)('%j select %s', (keys, selected) => {
    const context = {view, now: NOW}
    const end = keys.reduce((now, key) => decideKey(now, key, context).screen, screen)
    expect(end.peer).toBe(selected)
  })

  it('are reached with 4, and with Tab where there are peers', () => {
    const context = {view, now: NOW}
    const alerts = {...screen, pane: 'alerts' as const}
    expect(decideKey(initialScreen(), 'peers', context).screen.pane).toBe('peers')
    expect(decideKey(alerts, 'next-view', context).screen.pane).toBe('peers')
    expect(decideKey(screen, 'next-view', context).screen.pane).toBe('overview')
    const none = {view: viewAt(EVENTS.slice(0, 1), NOW), now: NOW}
    expect(decideKey(alerts, 'next-view', none).screen.pane).toBe('overview')
  })
})
