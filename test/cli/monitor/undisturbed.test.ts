import {mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {requireBundle, runProgram} from '../../support/program.ts'
import {TmuxTerminal} from '../../support/tmux.ts'

let folder: string
let terminal: TmuxTerminal | null = null

beforeEach(async (context) => {
  requireBundle()
  if (!TmuxTerminal.isHere()) context.skip('tmux is not installed')
  folder = await mkdtemp(join(tmpdir(), 'undisturbed-'))
  const text = [
    'version: 1',
    'defaults: {interval: 50ms, timeout: 400ms}',
    'targets:',
    '  here: ping://127.0.0.1',
    '  there: ping://127.0.0.2',
  ]
  await writeFile(join(folder, 'net.yaml'), `${text.join('\n')}\n`)
})

afterEach(async () => {
  terminal?.close()
  terminal = null
  await rm(folder, {recursive: true, force: true})
})

/** The median of the round trips in the one journal of a folder. */
async function medianOf(journals: string): Promise<{readonly rtt: number; readonly count: number}> {
  const [name = ''] = await readdir(journals)
  const lines = (await readFile(join(journals, name), 'utf8')).trimEnd().split('\n')
  const rtts = lines.flatMap((line) => {
    const event = JSON.parse(line) as RunEvent
    if (event.type !== 'sample' || event.sample.outcome.status !== 'ok') return []
    return [event.sample.outcome.reading.rtt ?? Number.NaN]
  })
  return {rtt: rtts.toSorted((a, b) => a - b)[Math.floor(rtts.length / 2)] ?? Number.NaN, count: rtts.length}
}

it('measures the same round trips with the live view as without', async () => {
  const [headless, live] = [join(folder, 'headless'), join(folder, 'live')]
  const args = (journal: string): string[] => [
    'monitor',
    join(folder, 'net.yaml'),
    '--for',
    '3s',
    '--journal',
    journal,
  ]
  // Both at once: what else the machine does meets the two alike.
  terminal = new TmuxTerminal(args(live), {columns: 40, rows: 10})
  const shown = terminal.shows(/here[^]*there/)
  const [{code}] = await Promise.all([runProgram([...args(headless), '--plain']), terminal.shows(/DONE \d/)])
  await shown
  expect(code).toBe(0)
  const without = await medianOf(headless)
  const withView = await medianOf(live)
  expect(without.count).toBeGreaterThan(50)
  expect(withView.count).toBeGreaterThan(50)
  expect(Math.abs(withView.rtt - without.rtt)).toBeLessThan(Math.max(0.3, 0.1 * without.rtt))
})
