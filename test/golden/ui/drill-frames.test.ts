import {describe, expect, it} from 'vitest'
import {displayWidth} from '../../../src/core/width.ts'
import type {Frame} from '../../../src/ui/frame.ts'
import {chooseLook} from '../../../src/ui/look.ts'
import {initialScreen} from '../../../src/ui/screen-state.ts'
import {makeFrame, renderFrame, viewAt} from '../../support/frames.tsx'
import {readRun} from '../../support/record-run.ts'

const run = readRun()
const plain = chooseLook({unicode: false, color: false})
const colored = chooseLook({unicode: true, color: true})

interface Case {
  readonly name: string
  readonly now: number
  readonly parts: Partial<Frame>
}

const cases: readonly Case[] = [
  ...[40, 60, 80, 120, 200].map((columns) => ({
    name: `two-faults-${columns}x30`,
    now: 12_900,
    parts: {columns, rows: 30},
  })),
  {name: 'two-faults-40x12', now: 12_900, parts: {columns: 40, rows: 12}},
  {name: 'two-faults-80x16', now: 12_900, parts: {columns: 80, rows: 16}},
  {name: 'before-the-first-event', now: 0, parts: {columns: 80, rows: 24}},
  {name: 'set-up', now: 300, parts: {columns: 80, rows: 24}},
  {name: 'recovery', now: 22_900, parts: {columns: 100, rows: 30}},
  {name: 'end', now: 24_200, parts: {columns: 100, rows: 30}},
  {name: 'ascii', now: 12_900, parts: {columns: 100, rows: 30, look: plain}},
  {name: 'color', now: 12_900, parts: {columns: 100, rows: 30, look: colored}},
  {
    name: 'detail',
    now: 12_900,
    parts: {columns: 100, rows: 30, screen: {...initialScreen(), pane: 'detail', selected: 'api'}},
  },
  {name: 'help', now: 12_900, parts: {columns: 80, rows: 24, screen: {...initialScreen(), pane: 'help'}}},
  {
    name: 'paused',
    now: 14_900,
    parts: {
      columns: 80,
      rows: 24,
      screen: {...initialScreen(), frozen: {view: viewAt(run, 12_900), now: 12_900}},
    },
  },
  {
    name: 'quit-asked',
    now: 12_900,
    parts: {columns: 80, rows: 24, screen: {...initialScreen(), quitAsked: true}},
  },
  {
    name: 'aborting',
    now: 12_900,
    parts: {columns: 80, rows: 24, screen: {...initialScreen(), abort: 'orderly'}},
  },
]

describe('a drill on the terminal', () => {
  it.each(cases)('looks as recorded: $name', async ({name, now, parts}) => {
    const frame = makeFrame({view: viewAt(run, now), now, ...parts})
    const text = renderFrame(frame)
    await expect(`${text}\n`).toMatchFileSnapshot(`./frames/${name}.txt`)
  })

  it.each(cases.filter(({name}) => name !== 'color'))('fits its terminal: $name', ({now, parts}) => {
    const frame = makeFrame({view: viewAt(run, now), now, ...parts})
    const lines = renderFrame(frame).split('\n')
    expect(lines.length).toBeLessThanOrEqual(frame.rows)
    expect(Math.max(...lines.map(displayWidth))).toBeLessThan(frame.columns)
  })

  it('uses nothing but ASCII where the locale has nothing else', () => {
    const frame = makeFrame({view: viewAt(run, 12_900), now: 12_900, columns: 120, rows: 40, look: plain})
    expect(renderFrame(frame)).toMatch(/^[\n -~]*$/)
  })

  it('writes no escape codes without colour', () => {
    const frame = makeFrame({view: viewAt(run, 12_900), now: 12_900})
    expect(renderFrame(frame)).not.toContain('\u001B')
  })
})
