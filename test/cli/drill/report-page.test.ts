/** The page of a drill as a reader sees it: written by the program, opened in a browser. */
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {Browser} from 'playwright-core'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {openBrowser, visitFile} from '../../support/browser.ts'
import {endRun, killRun} from '../../support/drill-endings.ts'
import {requireBundle, runProgram} from '../../support/program.ts'
import {readRun} from '../../support/record-run.ts'

const LOOK = fileURLToPath(new URL('../../fixtures/pages/look.js', import.meta.url))
const NASTY = '<script>document.title="owned"</script><img src=http://198.51.100.1/x>&amp;"\'\u001B[31m'

/** Names, addresses and messages as an attacker would send them, and longer than any page is wide. */
function hostileRun(): readonly RunEvent[] {
  const long = `${NASTY}${'x'.repeat(300)}`
  return readRun().map((event): RunEvent => {
    if (event.type === 'run-started') return {...event, run: {...event.run, title: long}}
    if (event.type === 'target-added') return {...event, target: {...event.target, url: `tcp://${long}`}}
    if (event.type === 'verdict') return {...event, reasons: [long]}
    return event
  })
}

const RUNS = {
  pass: readRun(),
  fail: endRun('fail', ['api.downtime < 5s is not met: 11.6s ± 200ms']),
  inconclusive: endRun('inconclusive', ['FAULT_NO_EFFECT: nothing passed']),
  crashed: killRun(9000),
  hostile: hostileRun(),
}
const NAMES = Object.keys(RUNS) as readonly (keyof typeof RUNS)[]

let folder = ''
let browser: Browser | null = null

const pageOf = (name: keyof typeof RUNS): string => join(folder, `${name}.html`)

beforeAll(async () => {
  requireBundle()
  folder = await mkdtemp(join(tmpdir(), 'netdrill-page-'))
  browser = await openBrowser()
  for (const name of NAMES) {
    const journal = join(folder, `${name}.jsonl`)
    const lines = RUNS[name].map((line) => JSON.stringify(line))
    await writeFile(journal, `${lines.join('\n')}\n`)
    const {code, stderr} = await runProgram(['drill', 'report', journal, '--html', pageOf(name)])
    if (code !== 0) throw new Error(stderr)
  }
})

afterAll(async () => {
  await browser?.close()
  await rm(folder, {recursive: true, force: true})
})

describe('the page of a drill in a browser', () => {
  const views = NAMES.flatMap((name) =>
    (['light', 'dark'] as const).map((colorScheme) => ({name, colorScheme})),
  )

  it.for(views)('can be read, on any width: $name, $colorScheme', async ({name, colorScheme}, ctx) => {
    if (!browser) return ctx.skip('there is no Chromium')
    const {page, noise} = await visitFile(browser, pageOf(name), {colorScheme})
    for (const width of [320, 700, 1280]) {
      await page.setViewportSize({width, height: 900})
      const look = (await page.evaluate(await readFile(LOOK, 'utf8'))) as {found: string[]; texts: number}
      expect(look.found).toEqual([])
      expect(look.texts).toBeGreaterThan(50)
    }
    expect(noise).toEqual([])
    expect(await page.title()).not.toBe('owned')
    await page.close()
  })

  it('shades the fault where it was in force, and shows the state of that time', async (ctx) => {
    if (!browser) return ctx.skip('there is no Chromium')
    const {page} = await visitFile(browser, pageOf('pass'), {viewport: {width: 1280, height: 900}})
    const box = async (selector: string): Promise<{x: number; width: number}> =>
      (await page.locator(selector).first().boundingBox()) ?? {x: Number.NaN, width: Number.NaN}
    const [bar, band, down] = [await box('rect.fault'), await box('rect.band'), await box('rect.state.down')]
    // Refused from 5.01 s to 14.01 s; the target was lost at 5.4 s and back at 16.6 s of 24.1 s.
    expect(band.x).toBeCloseTo(bar.x, -0.5)
    expect(band.width).toBeCloseTo(bar.width, -0.5)
    expect(down.x).toBeGreaterThan(band.x)
    expect(down.width / band.width).toBeCloseTo(11.2 / 9, 1)
    await page.close()
  })

  it('prints on white, with all events', async (ctx) => {
    if (!browser) return ctx.skip('there is no Chromium')
    const {page, noise} = await visitFile(browser, pageOf('fail'), {colorScheme: 'dark'})
    await page.emulateMedia({media: 'print'})
    const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(paper).toBe('rgb(255, 255, 255)')
    const events = page.locator('details td').last()
    expect(await events.boundingBox()).toMatchObject({height: expect.any(Number) as number})
    const pdf = await page.pdf({format: 'A4'})
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(noise).toEqual([])
    await page.close()
  })
})
