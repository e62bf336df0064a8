import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {ModeCollector, type ModeSeries, modeField, modeFigures} from '../../../src/scenarios/mode-figures.ts'
import type {Round} from '../../../src/scenarios/windows.ts'

const round: Round = {
  start: 0,
  baselineEnd: 1000,
  faults: [{fault: 'f', name: 'gone', from: 1000, to: 3000}],
  end: 5000,
}

type Mptcp = RunEvent & {type: 'mptcp-changed'}

const mptcp = (at: number, to: Mptcp['to'], trigger: string | null = null): RunEvent => ({
  at,
  type: 'mptcp-changed',
  target: 'both',
  from: null,
  to,
  token: null,
  because: '',
  trigger,
  retryIn: null,
})
const mode = (at: number, to: 'single' | 'active-backup' | 'mptcp'): RunEvent => ({
  at,
  type: 'mode-changed',
  group: 'uplink',
  from: null,
  to,
  because: '',
})

function modesOf(name: string, events: readonly RunEvent[]): ModeSeries | undefined {
  const collector = new ModeCollector()
  return events.flatMap((event) => collector.add(event) ?? []).findLast((one) => one.name === name)?.part
    .modes
}

const story = [
  mptcp(100, 'multipath', 'first'),
  mode(200, 'mptcp'),
  mptcp(1500, 'tcp'),
  mode(1600, 'single'),
  mptcp(3500, 'multipath', 'address 10.0.0.1 added on eth1'),
  mode(3600, 'mptcp'),
]
const ask = (modes: ModeSeries | undefined, field: string, from: number, to: number) =>
  modeField(modes, {field, rounds: [round], spans: [{from, to}]})

describe('the modes of a group', () => {
  const uplink = modesOf('uplink', story)

  it('are told as of the end of the part that is asked about, and in their order', () => {
    expect([ask(uplink, 'mode', 0, 1000), ask(uplink, 'mode', 1000, 3000)]).toEqual(['mptcp', 'single'])
    expect(ask(uplink, 'modes', 0, 5000)).toEqual(['mptcp', 'single', 'mptcp'])
    expect(ask(uplink, 'mptcp.mode', 0, 5000)).toBeUndefined()
    expect(ask(uplink, 'mode', 0, 150)).toBeUndefined()
  })

  it('are a figure of the verdict', () => {
    expect(modeFigures('uplink', uplink, [round])).toEqual([
      {name: 'uplink.modes', value: 2, unit: 'count', low: 2, high: 2, note: 'mptcp → single → mptcp'},
    ])
    expect(modeFigures('uplink', undefined, [round])).toEqual([])
  })
})

describe('the modes of a connection by MPTCP', () => {
  const both = modesOf('both', story)

  it('have names of their own, and cite what brought it back', () => {
    expect(ask(both, 'mptcp.mode', 1000, 3000)).toBe('tcp')
    expect(ask(both, 'mptcp.modes', 0, 5000)).toEqual(['multipath', 'tcp', 'multipath'])
    expect([ask(both, 'mptcp.trigger', 0, 3000), ask(both, 'mptcp.trigger', 0, 5000)]).toEqual([
      'first',
      'address 10.0.0.1 added on eth1',
    ])
    expect(ask(both, 'mode', 0, 5000)).toBeUndefined()
  })

  it('are a figure with the trigger, but not with that of the first try', () => {
    const [figure] = modeFigures('both', both, [round])
    expect(figure).toMatchObject({name: 'both.mptcp.modes', value: 2})
    expect(figure?.note).toBe('multipath → tcp → multipath (address 10.0.0.1 added on eth1)')
  })
})
