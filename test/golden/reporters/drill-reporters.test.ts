import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {displayWidth} from '../../../src/core/width.ts'
import {
  emptyDrillFacts,
  foldDrillFacts,
  renderDrillSummary,
  type SummaryOptions,
} from '../../../src/reporters/drill-summary.ts'
import {renderJsonLine} from '../../../src/reporters/jsonl.ts'
import {linesReporter} from '../../../src/reporters/lines.ts'
import {readRun, recordRun} from '../../support/record-run.ts'

const run = readRun()

function summarize(events: readonly RunEvent[], options: Partial<SummaryOptions> = {}): string {
  const facts = events.reduce(foldDrillFacts, emptyDrillFacts())
  return renderDrillSummary(facts, {width: 80, color: false, unicode: true, ...options})
}

function linesOf(events: readonly RunEvent[], options = {color: false, unicode: true}): string {
  const report = linesReporter(options)
  return events.map(report).join('')
}

/** The same run with another end. */
function endingAs(
  verdict: 'fail' | 'inconclusive' | 'aborted' | 'leftovers' | 'error',
  reasons: readonly string[],
): readonly RunEvent[] {
  const exit = {fail: 1, inconclusive: 3, aborted: 4, leftovers: 5, error: 70} as const
  return run.map((event): RunEvent => {
    if (event.type === 'verdict') return {...event, verdict, reasons, exit: exit[verdict]}
    if (event.type === 'expectation' && verdict === 'fail' && event.text.startsWith('api.downtime')) {
      return {...event, text: 'api.downtime < 5s', met: false}
    }
    if (event.type === 'fault-measured' && verdict === 'inconclusive') {
      return {...event, proofs: event.proofs.map((proof) => ({...proof, verdict: 'no-traffic'}))}
    }
    if (event.type === 'fault-removed' && verdict === 'leftovers') return {...event, restored: false}
    return event
  })
}

describe('the recorded run', () => {
  it('is what its recorder makes', () => {
    expect(JSON.parse(JSON.stringify(recordRun()))).toEqual(run)
  })
})

describe('lines', () => {
  it('tell the run as recorded', async () => {
    await expect(linesOf(run)).toMatchFileSnapshot('./texts/lines.txt')
  })

  it('tell it in ASCII where the locale has nothing else', () => {
    expect(linesOf(run, {color: false, unicode: false}).replaceAll('+/-', '')).toMatch(/^[\n -~]*$/)
  })

  it('colour only when asked to', () => {
    expect(linesOf(run)).not.toContain('\u001B')
    expect(linesOf(run, {color: true, unicode: true})).toContain('\u001B[35m')
  })

  it('show progress at most every few seconds', () => {
    const progress = linesOf(run)
      .split('\n')
      .filter((line) => line.includes('  … '))
    expect(progress).toHaveLength(4)
  })

  it('neutralise what a network sent', () => {
    const text = linesOf([
      {at: 1, type: 'notice', level: 'warning', code: null, text: 'a\u001B]0;title\u0007b\u009Bc'},
    ])
    expect(text).toBe('   +0.0s  abc\n')
  })
})

describe('the summary', () => {
  it.each([40, 60, 80, 120])('fits into %i columns', async (width) => {
    const text = summarize(run, {width})
    const path = '/home/user/.local/state'
    const lines = text.split('\n').filter((line) => !line.includes(path))
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width)
    await expect(text).toMatchFileSnapshot(`./texts/summary-${width}.txt`)
  })

  it.each([
    {verdict: 'fail', reasons: ['api.downtime < 5s: 11.6s ± 200ms']},
    {verdict: 'inconclusive', reasons: ['fault refuse: nothing passed through it']},
    {verdict: 'aborted', reasons: ['SIGINT received']},
    {verdict: 'leftovers', reasons: ['fault refuse: the state from before is not back']},
    {verdict: 'error', reasons: ['the agent ended: exit code 1']},
  ] as const)('says what to do next: $verdict', async ({verdict, reasons}) => {
    await expect(summarize(endingAs(verdict, reasons))).toMatchFileSnapshot(`./texts/summary-${verdict}.txt`)
  })

  it('puts what was not observed into one line', () => {
    const gap: RunEvent = {at: 9000, type: 'observer-gap', length: 150, because: 'busy'}
    const missed: RunEvent = {at: 9001, type: 'slot-missed', target: 'api', seq: 1, because: 'busy'}
    const text = summarize([...run, gap, gap, missed])
    expect(text).toContain('netdrill itself was not run in time 2 times, 300ms in all')
    expect(text).toContain('1 probe could not be sent in time')
  })

  it('says when there is no verdict', () => {
    expect(summarize(run.slice(0, 200))).toContain('NO VERDICT')
    expect(summarize([])).toContain('NO VERDICT')
  })

  it('colours only when asked to', () => {
    expect(summarize(run)).not.toContain('\u001B')
    expect(summarize(run, {color: true})).toContain('\u001B[32mPASS\u001B[39m')
  })
})

describe('JSON lines', () => {
  it('lose nothing', () => {
    const text = run.map(renderJsonLine).join('')
    const parsed = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(parsed).toEqual(run)
  })

  it('escape what a terminal would obey', () => {
    const line = renderJsonLine({
      at: 1,
      type: 'notice',
      level: 'info',
      code: null,
      text: '\u001B[2J\u009B\u202Ex',
    })
    expect(line).toMatch(/^[\n -~]*$/)
    expect(JSON.parse(line)).toMatchObject({text: '\u001B[2J\u009B\u202Ex'})
  })
})
