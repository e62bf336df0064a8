import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {collectDrillReport} from '../../../src/reporters/drill-report.ts'
import {DRILL_REPORTS, type ReportName} from '../../../src/reporters/drill-reports.ts'
import {endRun, killRun} from '../../support/drill-endings.ts'
import {readRun} from '../../support/record-run.ts'
import {readMarkup} from '../../support/well-formed.ts'

async function render(name: ReportName, events: readonly RunEvent[], complete = true): Promise<string> {
  return (await DRILL_REPORTS[name].load())(collectDrillReport(events, complete))
}

const ENDINGS = [
  {name: 'pass', events: readRun(), complete: true},
  {name: 'fail', events: endRun('fail', ['api.downtime < 5s is not met: 11.6s ± 200ms']), complete: true},
  {name: 'inconclusive', events: endRun('inconclusive', ['FAULT_NO_EFFECT: nothing passed']), complete: true},
  {name: 'crashed', events: killRun(9000), complete: false},
] as const

describe('the written reports of a recorded run', () => {
  it.each(ENDINGS)('are as recorded in Markdown and JUnit: $name', async ({name, events, complete}) => {
    await expect(await render('md', events, complete)).toMatchFileSnapshot(`./reports/${name}.md`)
    const junit = await render('junit', events, complete)
    readMarkup(junit)
    await expect(junit).toMatchFileSnapshot(`./reports/${name}.xml`)
  })

  it.each(ENDINGS)('are well-formed pages that refer to nothing outside: $name', async (ending) => {
    const page = await render('html', ending.events, ending.complete)
    const {elements, attributes} = readMarkup(page)
    expect(elements).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(script|link|img|image|iframe|object|embed|use|a|base)$/),
      ]),
    )
    const names = attributes.map(({name}) => name)
    expect(names).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(on.*|href|src|srcset|action)$/)]),
    )
    const outside = /url\((?!#)|@import|@font-face|https?:/i
    expect(page.match(outside)).toBeNull()
    expect(page).toContain("default-src 'none'".replaceAll("'", '&#39;'))
  })

  it('show the page as recorded', async () => {
    await expect(await render('html', readRun())).toMatchFileSnapshot('./reports/page.txt')
  })

  it('say on the page how a killed run ended', async () => {
    const {text} = readMarkup(await render('html', killRun(9000), false))
    expect(text).toMatch(/CRASHED.*did not reach its end: its journal stops at 8\.81s/s)
    expect(text).toContain('3.8s+')
  })

  it('make no pass of a journal without a verdict', async () => {
    const junit = await render('junit', killRun(9000), false)
    expect(junit).toMatch(/<testcase[^>]*name="verdict"[^>]*><error/)
  })

  it('keep the page of a long run small, with its extremes', async () => {
    const page = await render('html', longRun(100_000))
    expect(page.length).toBeLessThan(200_000)
    expect(readMarkup(page).text).toContain('100000 samples')
  })
})

/** One target, ten samples a second, every 1000th of them slow. */
function longRun(count: number): readonly RunEvent[] {
  const head = readRun().slice(0, 3)
  const samples = Array.from({length: count}, (_, seq): RunEvent => {
    const rtt = seq % 1000 === 0 ? 90 : 1
    const outcome = {status: 'ok', took: rtt, reading: {rtt, phase: {}}} as const
    return {
      at: 1000 + seq * 100,
      type: 'sample',
      target: 'api',
      sample: {seq, sentAt: 1000 + seq * 100, outcome},
    }
  })
  return [...head, ...samples]
}
