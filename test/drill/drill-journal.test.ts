import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {type ProgramResult, requireBundle, runProgram} from '../support/program.ts'
import {readMarkup} from '../support/well-formed.ts'

const RUN = fileURLToPath(new URL('../fixtures/runs/refused-and-slow.jsonl', import.meta.url))

describe('what is done with a journal', () => {
  let folder: string
  let journal: string
  let killed: string
  beforeEach(async () => {
    requireBundle()
    folder = await mkdtemp(join(tmpdir(), 'journal-'))
    journal = join(folder, 'run.jsonl')
    killed = join(folder, 'killed.jsonl')
    const text = await readFile(RUN, 'utf8')
    await writeFile(journal, text)
    await writeFile(killed, text.slice(0, 30_000))
  })
  afterEach(async () => {
    await rm(folder, {recursive: true, force: true})
  })
  const drill = async (...args: string[]): Promise<ProgramResult> =>
    runProgram(['drill', ...args], {env: {XDG_STATE_HOME: folder, HOME: folder}})

  it('report writes a page next to it and prints where', async () => {
    const {code, stdout} = await drill('report', journal)
    expect({code, stdout}).toEqual({code: 0, stdout: `${join(folder, 'run.html')}\n`})
    expect(readMarkup(await readFile(join(folder, 'run.html'), 'utf8')).text).toContain('PASS')
  })

  it('report writes the formats asked for, also of a killed run', async () => {
    const xml = join(folder, 'out.xml')
    const {code, stdout, stderr} = await drill('report', killed, '--md', '-', '--junit', xml)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^## .*: CRASHED$/m)
    expect(stderr).toContain(xml)
    expect(await readFile(xml, 'utf8')).toContain('errors="3"')
  })

  it('report says where it can not write', async () => {
    const {code, stderr} = await drill('report', journal, '--html', '/dev/null/x.html')
    expect(code).toBe(2)
    expect(stderr).toContain('/dev/null/x.html can not be written')
  })

  it('replay tells the run and its result again', async () => {
    const {code, stdout, stderr} = await drill('replay', journal)
    expect(code).toBe(0)
    expect(stderr).toMatch(/\+5\.4s {2}api: connected (→|->) reconnecting/)
    expect(stdout).toMatch(/^PASS/m)
  })

  it('replay says that a killed run did not end', async () => {
    const {code, stdout, stderr} = await drill('replay', killed)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^NO VERDICT/m)
    expect(stderr).toContain(
      'the run did not reach its end: the journal stops at 7.21s, and its last line is cut off',
    )
  })

  it('replay keeps the pace it is given', async () => {
    const began = performance.now()
    await drill('replay', journal, '--speed', '20')
    expect(performance.now() - began).toBeGreaterThan(24_100 / 20)
  })

  it('replay gives the events as they are', async () => {
    const {stdout} = await drill('replay', journal, '--jsonl')
    const events = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    const lines = (await readFile(RUN, 'utf8')).trim().split('\n')
    expect(events).toEqual(lines.map((line): unknown => JSON.parse(line)))
  })

  it('diff ends with 0 when nothing got worse and with 1 when something did', async () => {
    const worse = join(folder, 'worse.jsonl')
    const text = await readFile(RUN, 'utf8')
    await writeFile(
      worse,
      text
        .replace('"value":11600,', '"value":15600,')
        .replace('"low":11400,', '"low":15400,')
        .replace('"high":11800', '"high":15800'),
    )
    const same = await drill('diff', journal, journal)
    expect(same.code).toBe(0)
    const {code, stdout} = await drill('diff', journal, worse, '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({schema: 'netdrill/drill-diff/1', worse: true})
  })
})
