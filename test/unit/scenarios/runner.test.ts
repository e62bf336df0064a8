import {describe, expect, it} from 'vitest'
import {UserError} from '../../../src/core/errors.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import {journalLineSchema} from '../../../src/scenarios/journal/schema.ts'
import type {DrillResult, DrillRun} from '../../../src/scenarios/runner.ts'
import {condition, drillSpec, runScripted} from '../../support/scripted-drill.ts'

const phases = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'phase-started' ? [event.phase] : []))

describe('runDrill', () => {
  it('passes when the fault is proven, recovery is in time and everything is undone', async () => {
    const {result, events, inForce} = await runScripted(drillSpec())
    expect(result).toMatchObject({verdict: 'pass', exit: 0})
    expect(phases(events)).toEqual(['setup', 'baseline', 'inject', 'observe', 'recover', 'cleanup'])
    expect(inForce).toBe(0)
  })

  it('writes events that all match the published schema', async () => {
    const {events} = await runScripted(drillSpec())
    const wrong = events.filter(
      (event) => !journalLineSchema.safeParse(JSON.parse(JSON.stringify(event))).success,
    )
    expect(wrong).toEqual([])
    expect(events.length).toBeGreaterThan(100)
  })

  it.each([
    {
      name: 'a fault without effect',
      script: {uselessFaults: true},
      verdict: 'inconclusive',
      exit: 3,
      reason: /FAULT_NO_EFFECT/,
    },
    {
      name: 'an unsteady baseline',
      script: {sickBaseline: true},
      verdict: 'inconclusive',
      exit: 3,
      reason: /DRILL_BASELINE/,
    },
    {
      name: 'a target that never comes back',
      script: {neverRecovers: true},
      verdict: 'fail',
      exit: 1,
      reason: /never happened/,
    },
    {
      name: 'a fault that can not be applied',
      script: {applyFails: true},
      verdict: 'inconclusive',
      exit: 3,
      reason: /FAULT_APPLY.*nft said no/,
    },
    {
      name: 'a control target that is hit',
      script: {broadFaults: true},
      verdict: 'aborted',
      exit: 4,
      reason: /blast radius/,
    },
    {
      name: 'leftovers',
      script: {leavesBehind: 'qdisc netem'},
      verdict: 'leftovers',
      exit: 5,
      reason: /qdisc netem/,
    },
  ] as const)('is $verdict for $name', async ({script, verdict, exit, reason}) => {
    const {result, inForce} = await runScripted(drillSpec(), script)
    expect(result).toMatchObject({verdict, exit})
    expect((result as DrillResult).reasons.join('\n')).toMatch(reason)
    expect(inForce).toBe(0)
  })

  it('gives the rules of alerts every event from the first sample to the end of the last round', async () => {
    const calls: string[] = []
    const openAlerts = () => ({
      start: () => calls.push('start'),
      stop: () => calls.push('stop'),
      add: ({type}: RunEvent) => calls.push(type),
    })
    const {result} = await runScripted(drillSpec(), {openAlerts})
    expect(result).toMatchObject({verdict: 'pass'})
    expect(calls.indexOf('start')).toBeGreaterThan(calls.indexOf('target-added'))
    expect(calls.indexOf('start')).toBeLessThan(calls.indexOf('sample'))
    expect(calls.indexOf('stop')).toBeGreaterThan(calls.indexOf('fault-removed'))
    expect(calls.filter((call) => call === 'stop')).toHaveLength(1)
  })

  it('tells whoever is to be told what happens, and lets the last message out before the verdict', async () => {
    const calls: string[] = []
    const openNotifier: DrillRun['openNotifier'] = async (_lab, publish) => ({
      add: ({type}) => calls.push(type),
      close: async () => {
        calls.push('close')
        const told = {receiver: 'pager', about: 'all', result: 'delivered', attempts: 1, because: ''} as const
        publish({at: 9999, type: 'notified', ...told})
        return Promise.resolve()
      },
    })
    const {result, events} = await runScripted(drillSpec(), {openNotifier})
    expect(result).toMatchObject({verdict: 'pass'})
    expect(calls).toContain('sample')
    expect(calls.indexOf('close')).toBeGreaterThan(calls.indexOf('fault-removed'))
    expect(calls.indexOf('close')).toBeLessThan(calls.indexOf('verdict'))
    expect(events.map(({type}) => type)).toContain('notified')
  })

  it('breaks nothing when the baseline is not steady', async () => {
    const {events} = await runScripted(drillSpec(), {sickBaseline: true})
    expect(events.some((event) => event.type === 'fault-applied')).toBe(false)
  })

  it('does not judge a bound that the probe interval is too coarse for', async () => {
    const {result} = await runScripted(drillSpec({expect: [condition('api.recovery < 900ms')]}))
    expect(result).toMatchObject({verdict: 'inconclusive'})
    expect((result as DrillResult).reasons.join()).toContain('DRILL_INTERVAL')
  })

  it('undoes and ends when it is stopped during the fault', async () => {
    const {result, events, inForce, clock} = await runScripted(
      drillSpec(),
      {},
      {at: 3000, act: (stop) => stop.abort(new Error('SIGINT received'))},
    )
    expect(result).toMatchObject({verdict: 'aborted', exit: 4, reasons: ['SIGINT received']})
    expect(inForce).toBe(0)
    const removed = events.find((event) => event.type === 'fault-removed')
    expect(removed?.at).toBeLessThan(3500)
    expect(clock.pending).toBe(0)
  })

  it('stops when a stop condition is met', async () => {
    const spec = drillSpec({abortWhen: [condition('api.loss > 20%')]})
    const {result} = await runScripted(spec)
    expect(result).toMatchObject({verdict: 'aborted'})
    expect((result as DrillResult).reasons.join()).toContain('stop condition')
  })

  it('repeats the timeline and reports the worst round', async () => {
    const {result, events} = await runScripted(drillSpec({repeat: 3}))
    expect(result).toMatchObject({verdict: 'pass'})
    expect(events.filter((event) => event.type === 'fault-applied')).toHaveLength(3)
    const figures = events.flatMap((event) => (event.type === 'figures' ? event.figures : []))
    expect(figures.find((figure) => figure.name === 'api.downtime')?.note).toBe('worst of 3')
  })

  it('runs overlapping faults, each on its own time', async () => {
    const spec = drillSpec({
      faults: {a: {kind: 'partition'}, b: {kind: 'partition'}},
      timeline: [
        {at: 2000, lasts: 3000, fault: 'a'},
        {at: 3000, lasts: 3000, fault: 'b'},
      ],
    })
    const {events} = await runScripted(spec)
    const marks = events.flatMap((event) =>
      event.type === 'fault-applied' || event.type === 'fault-removed'
        ? [`${event.type} ${event.fault}`]
        : [],
    )
    expect(marks).toEqual([
      'fault-applied a-1',
      'fault-applied b-2',
      'fault-removed a-1',
      'fault-removed b-2',
    ])
  })

  it('ends before anything is broken when a fault can not be had here', async () => {
    const planFails = new UserError({code: 'CAPABILITY_MISSING', message: 'no netem'}, 6)
    const {result, events} = await runScripted(drillSpec(), {planFails})
    expect(result).toBe(planFails)
    expect(events.some((event) => event.type === 'sample')).toBe(false)
  })
})
