import {describe, expect, it} from 'vitest'
import {parseCondition} from '../../../../src/config/conditions/parse.ts'
import type {DrillCondition, TimelineEntry} from '../../../../src/scenarios/drill-spec.ts'
import {Agenda, type IsMet} from '../../../../src/scenarios/timeline/agenda.ts'
import {type DrawPhase, planTimeline} from '../../../../src/scenarios/timeline/plan-timeline.ts'
import {disturbances, spansOf} from '../../../../src/scenarios/windows.ts'

const still = (): number => 0.5

/** Plays a timeline by the clock alone, with the instants at which conditions are met. */
function play(
  entries: readonly TimelineEntry[],
  met: Readonly<Record<string, number>> = {},
  draw: DrawPhase = still,
): string[] {
  const occurrences = planTimeline(entries, draw)
  const agenda = new Agenda(occurrences, 100)
  const told: string[] = []
  for (let now = 100; now < 60_000 && !agenda.done; now += 50) {
    const isMet: IsMet = ({text}) => now >= (met[text] ?? Infinity)
    for (let action = agenda.next(now, isMet); action; action = agenda.next(now, isMet)) {
      const {occurrence, type} = action
      told.push(`${now - 100} ${type} ${occurrence.id}`)
      if (type === 'inject') agenda.began(occurrence, now)
      else if (type === 'remove') agenda.ended(occurrence, now)
      if (type === 'give-up' || (type === 'remove' && action.early)) agenda.drop(occurrence.entry, now)
    }
  }
  return told
}

describe('a timeline', () => {
  it.each([
    {
      name: 'overlapping faults by time',
      entries: [
        {at: 1000, lasts: 5000, fault: 'a'},
        {at: 3000, lasts: 1000, fault: 'b'},
      ],
      told: ['1000 inject a-1', '3000 inject b-2', '4000 remove b-2', '6000 remove a-1'],
    },
    {
      name: 'removals before injections at the same instant',
      entries: [
        {at: 2000, lasts: 1000, fault: 'b'},
        {at: 1000, lasts: 1000, fault: 'a'},
      ],
      told: ['1000 inject a-2', '2000 remove a-2', '2000 inject b-1', '3000 remove b-1'],
    },
    {
      name: 'repetitions, each but the first later by its random part',
      entries: [{at: 1000, lasts: 500, fault: 'a', loop: {times: 3, every: 2000, phase: 400}}],
      told: [
        '1000 inject a-1.1',
        '1500 remove a-1.1',
        '3200 inject a-1.2',
        '3700 remove a-1.2',
        '5200 inject a-1.3',
        '5700 remove a-1.3',
      ],
    },
    {
      name: 'what follows the end of the entry before it in its own track',
      entries: [
        {at: 1000, lasts: 1000, fault: 'a', track: 'one'},
        {at: 500, lasts: 1000, fault: 'b', track: 'two'},
        {at: 300, lasts: 1000, fault: 'c', track: 'one', follows: true as const},
      ],
      told: [
        '500 inject b-2',
        '1000 inject a-1',
        '1500 remove b-2',
        '2000 remove a-1',
        '2300 inject c-3',
        '3300 remove c-3',
      ],
    },
    {
      name: 'steps one after the other',
      entries: [{at: 1000, lasts: 1500, fault: 'a', steps: [step(500), step(1000)]}],
      told: ['1000 inject a-1.1', '1500 remove a-1.1', '1500 inject a-1.2', '2500 remove a-1.2'],
    },
  ])('has $name', ({entries, told}) => {
    expect(play(entries)).toEqual(told)
  })

  it('ends an entry with all its repetitions once its condition is met, and what follows comes at once', () => {
    const entries = [
      {at: 1000, lasts: 1000, fault: 'a', loop: {times: 5, every: 2000, phase: 0}, until: wanted('gone')},
      {at: 0, lasts: 1000, fault: 'b', follows: true as const},
    ]
    expect(play(entries, {gone: 3400})).toEqual([
      '1000 inject a-1.1',
      '2000 remove a-1.1',
      '3000 inject a-1.2',
      '3300 remove a-1.2',
      '3300 inject b-2',
      '4300 remove b-2',
    ])
  })

  it('waits for a condition, counts from there, and gives up when its patience is over', () => {
    const entry = {at: 1000, lasts: 500, fault: 'a', when: {condition: wanted('moved'), patience: 4000}}
    expect(play([entry], {moved: 2600})).toEqual(['2500 inject a-1', '3000 remove a-1'])
    expect(play([entry])).toEqual(['5000 give-up a-1'])
  })

  it('begins no repetition of what was given up, and does what follows it', () => {
    const entries = [
      {
        at: 1000,
        lasts: 500,
        fault: 'a',
        loop: {times: 3, every: 1000, phase: 0},
        when: {condition: wanted('never'), patience: 100},
      },
      {at: 200, lasts: 500, fault: 'b', follows: true as const},
    ]
    expect(play(entries)).toEqual(['1100 give-up a-1.1', '1300 inject b-2', '1800 remove b-2'])
  })

  it('keeps to the plan however long it takes to put a fault in force', () => {
    const occurrences = planTimeline([{at: 1000, lasts: 2000, fault: 'a'}], still)
    const agenda = new Agenda(occurrences, 0)
    const [one] = occurrences
    if (one) agenda.began(one, 1400)
    expect(agenda.wakeAt(1500)).toBe(3000)
  })
})

function step(lasts: number): {spec: {kind: string}; lasts: number} {
  return {spec: {kind: 'netem'}, lasts}
}

function wanted(text: string): DrillCondition {
  return {condition: parseCondition('ok == true'), text, during: 'drill', position: null}
}

describe('spansOf', () => {
  const round = {
    start: 0,
    baselineEnd: 1000,
    end: 9000,
    faults: [
      {fault: 'a', name: 'a', from: 1000, to: 3000},
      {fault: 'b', name: 'b', from: 2000, to: 4000},
    ],
  }

  it('joins overlapping faults', () => {
    expect(disturbances(round)).toEqual([{from: 1000, to: 4000, begun: 1000}])
  })

  it.each([
    ['baseline', [{from: 0, to: 1000}]],
    ['fault', [{from: 1000, to: 4000, begun: 1000}]],
    ['recovery', [{from: 4000, to: 9000}]],
    ['drill', [{from: 0, to: 9000}]],
  ] as const)('knows the span of %s', (during, spans) => {
    expect(spansOf(during, round)).toEqual(spans)
  })

  it('has no recovery without a fault', () => {
    expect(spansOf('recovery', {...round, faults: []})).toEqual([])
  })
})
