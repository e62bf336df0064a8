import {describe, expect, it} from 'vitest'
import {displayWidth} from '../../src/core/width.ts'
import {initialScreen} from '../../src/ui/screen-state.ts'
import {makeFrame, renderFrame, viewAt} from '../support/frames.tsx'
import {readRun} from '../support/record-run.ts'

describe('a terminal too small to be useful', () => {
  it.each([
    [39, 11],
    [30, 8],
    [20, 5],
    [10, 3],
    [1, 1],
  ])('still shows what fits: %i columns and %i rows', (columns, rows) => {
    for (const pane of ['overview', 'detail', 'help'] as const) {
      const view = viewAt(readRun(), 12_900)
      const text = renderFrame(
        makeFrame({view, now: 12_900, columns, rows, screen: {...initialScreen(), pane}}),
      )
      const lines = text.split('\n')
      expect(lines.length).toBeLessThanOrEqual(rows)
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
    }
  })
})
