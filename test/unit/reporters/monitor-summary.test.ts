import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../src/core/codes/index.ts'
import type {ConnectionState, RunEvent} from '../../../src/core/events.ts'
import {MonitorFacts} from '../../../src/reporters/monitor-facts.ts'
import {makeMonitorStatus} from '../../../src/reporters/monitor-status.ts'
import {renderMonitorSummary} from '../../../src/reporters/monitor-summary.ts'

const added = (name: string): RunEvent => ({
  at: 0,
  type: 'target-added',
  target: {name, url: 'tcp://h:1', kind: 'tcp', role: 'target', interval: 1000, timeout: 500, policy: null},
})
const changed = (at: number, target: string, from: ConnectionState, to: ConnectionState): RunEvent => ({
  at,
  type: 'state-changed',
  target,
  from,
  to,
  because: 'the test',
})
const sample = (at: number, target: string, rtt: number | null): RunEvent => ({
  at,
  type: 'sample',
  target,
  sample: {
    seq: 0,
    sentAt: at,
    outcome:
      rtt === null
        ? {status: 'failed', failure: makeFailure('TCP_REFUSED', 'refused'), partial: {phase: {}}, took: 1}
        : {status: 'ok', reading: {rtt, phase: {}}, took: rtt},
  } as (RunEvent & {type: 'sample'})['sample'],
})

function watch(...events: readonly RunEvent[]): MonitorFacts {
  const facts = new MonitorFacts()
  for (const event of events) facts.add(event)
  return facts
}

describe('what a watch has seen', () => {
  it('counts an outage from the loss of the target until it is up again', () => {
    const [target] = watch(
      added('api'),
      changed(100, 'api', 'connecting', 'connected'),
      changed(1000, 'api', 'connected', 'suspect'),
      changed(2000, 'api', 'suspect', 'reconnecting'),
      changed(2500, 'api', 'reconnecting', 'exhausted'),
      changed(5000, 'api', 'exhausted', 'connected'),
      changed(6000, 'api', 'connected', 'reconnecting'),
      changed(7000, 'api', 'reconnecting', 'connected'),
    ).targets()
    expect(target).toMatchObject({outages: 2, down: 4000, longest: 3000, downSince: null, state: 'connected'})
  })

  it('keeps how the target stood when the watch ended', () => {
    const [target] = watch(
      added('api'),
      changed(100, 'api', 'connecting', 'connected'),
      changed(9000, 'api', 'connected', 'disconnected'),
    ).targets()
    expect(target?.state).toBe('connected')
  })
})

describe('the summary of a watch', () => {
  const facts = watch(
    added('web'),
    added('db'),
    changed(100, 'web', 'connecting', 'connected'),
    ...Array.from({length: 999}, (_, index) => sample(index, 'web', 2)),
    sample(1000, 'web', null),
    changed(200, 'db', 'connecting', 'reconnecting'),
    sample(60_000, 'db', null),
    {at: 61_000, type: 'observer-gap', length: 700, because: 'suspended'},
  )

  it('names the troubled first, and never rounds a loss away', () => {
    expect(renderMonitorSummary(facts, {width: 80, color: false, unicode: true})).toMatchInlineSnapshot(`
      "watched 2 targets for 1m1s: 1 down at the end
      not observed for 700ms; that time counts nowhere

      TARGET  STATE         ANSWERED  P50     P95     DOWN  LAST FAILURE
      db      reconnecting  0.00%     –       –       1m1s  TCP_REFUSED
      web     connected     99.90%    2.00ms  2.00ms  –     TCP_REFUSED
      "
    `)
  })

  it('is plain ASCII where the terminal has nothing else', () => {
    const text = renderMonitorSummary(facts, {width: 40, color: false, unicode: false})
    expect(text).toMatch(/^[\n -~]*$/)
  })

  it('is empty when nothing was watched', () => {
    expect(renderMonitorSummary(watch(), {width: 80, color: false, unicode: true})).toBe('')
  })

  it('admits missed slots and how late the watch itself was', () => {
    const late = sample(1000, 'api', 3)
    if (late.type !== 'sample') throw new Error('no sample')
    const missed: RunEvent = {at: 1500, type: 'slot-missed', target: 'api', seq: 2, because: 'busy'}
    const facts = watch(added('api'), {...late, sample: {...late.sample, lag: 43.2}}, missed)
    const options = {width: 80, color: false, unicode: true}
    expect(renderMonitorSummary(facts, options)).toContain(
      '1 slot missed, netdrill itself ran up to 43ms late',
    )
    expect(makeMonitorStatus(facts, 2000)).toMatchObject({
      loop_lag_max_seconds: 0.0432,
      targets: [{samples: {missed: 1}}],
    })
    const calm = watch(added('api'), sample(1000, 'api', 3))
    expect(renderMonitorSummary(calm, options)).not.toMatch(/missed|late/)
  })
})
