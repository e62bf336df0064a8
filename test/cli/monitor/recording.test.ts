import {createServer, type Server} from 'node:net'
import {mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {runProgram, startProgram} from '../../support/program.ts'

let folder: string
let server: Server
let port: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recording-'))
  server = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as {port: number}).port
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, {recursive: true, force: true})
})

/** Watches one target and returns the journal's path and what was printed. */
async function record(name: string): Promise<{readonly journal: string; readonly stdout: string}> {
  const file = join(folder, 'net.yaml')
  const target = `{url: 'tcp://127.0.0.1:${port}', interval: 20ms, timeout: 15ms}`
  await writeFile(file, `version: 1\ntargets:\n  api: ${target}\n`)
  const journals = join(folder, name)
  const {stdout} = await runProgram(['monitor', file, '--for', '2500ms', '--quiet', '--journal', journals])
  const [journal = ''] = await readdir(journals)
  return {journal: join(journals, journal), stdout}
}

describe('the journal of a watch', () => {
  it('holds a hundred samples and replays to the same aggregates', async () => {
    const {journal, stdout} = await record('one')
    const samples = (await readFile(journal, 'utf8')).match(/"type":"sample"/g) ?? []
    expect(samples.length).toBeGreaterThan(90)
    const replayed = await runProgram(['drill', 'replay', journal, '--speed', 'max', '--quiet'])
    const table = (text: string): string => text.slice(text.indexOf('TARGET'))
    expect(table(replayed.stdout)).toBe(table(stdout))
    expect(replayed.code).toBe(0)
  })

  it('goes on in further files, keeps the newest, and replays them as one run after kill -9', async () => {
    const file = join(folder, 'net.yaml')
    const target = `{url: 'tcp://127.0.0.1:${port}', interval: 20ms, timeout: 15ms}`
    await writeFile(file, `version: 1\ntargets:\n  api: ${target}\n`)
    const journals = join(folder, 'split')
    const limits = ['--journal-age', '200ms', '--journal-keep', '3']
    const args = ['monitor', file, '--quiet', '--journal', journals, ...limits]
    const watch = startProgram(args)
    try {
      await vi.waitFor(async () => expect((await readdir(journals)).join()).toContain('.0005.jsonl'), 15_000)
    } finally {
      watch.child.kill('SIGKILL')
    }
    await watch.result
    const names = (await readdir(journals)).toSorted()
    expect(names.length).toBeGreaterThanOrEqual(3)
    expect(names.length).toBeLessThanOrEqual(4)
    const run = join(journals, (names[0] ?? '').replace(/\.\d{4}\.jsonl$/, ''))
    const samples = async (name: string): Promise<readonly number[]> => {
      const {code, stdout} = await runProgram(['drill', 'replay', name, '--speed', 'max', '--jsonl'])
      expect(code).toBe(0)
      const events = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as RunEvent)
      expect(events.filter(({type}) => type === 'run-started')).toHaveLength(1)
      expect(events.filter(({type}) => type === 'target-added')).toHaveLength(1)
      return events.flatMap((event) => (event.type === 'sample' ? [event.sample.seq] : []))
    }
    const all = await samples(run)
    const second = await samples(join(journals, names[1] ?? ''))
    expect(all.length).toBeGreaterThan(10)
    // A busy machine misses slots: then there is no sample of that number, but none comes twice or out of turn.
    expect(all).toEqual([...new Set(all)].toSorted((a, b) => a - b))
    expect(second.length).toBeGreaterThan(0)
    expect(all).toEqual(expect.arrayContaining([...second]))
  })

  it.each([
    [['--journal-keep', '2', '--journal', '.'], '--journal-keep: there is one file unless'],
    [['--journal-size', '64', '--journal', '.'], '--journal-size: "64" is not a size'],
    [['--journal-size', '64MB'], 'journal'],
  ])('refuses %j', async (flags, message) => {
    const file = join(folder, 'net.yaml')
    await writeFile(file, `version: 1\ntargets:\n  api: tcp://127.0.0.1:${port}\n`)
    const {code, stderr} = await runProgram(['monitor', file, '--for', '1s', ...flags])
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })

  it('is compared with another one: known differences are found, and nothing else', async () => {
    const {journal} = await record('one')
    const events = (await readFile(journal, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
    const changes: Readonly<Record<string, object>> = {
      'api.downtime': {value: 3000, low: 2980, high: 3020},
      'api.lost': {value: 150, low: 150, high: 150},
    }
    const worse = events.map((event) =>
      event.type === 'figures'
        ? {...event, figures: event.figures.map((one) => ({...one, ...changes[one.name]}))}
        : event,
    )
    const other = join(folder, 'worse.jsonl')
    await writeFile(other, worse.map((event) => `${JSON.stringify(event)}\n`).join(''))
    const {code, stdout} = await runProgram(['drill', 'diff', journal, other, '--json'])
    const {figures} = JSON.parse(stdout) as {
      figures: readonly {name: string; difference: number; change: string}[]
    }
    const changed = figures.filter(({change}) => change !== 'same')
    expect(changed.map(({name, change}) => `${name} ${change}`)).toEqual([
      'api.downtime worse',
      'api.lost worse',
    ])
    expect(figures.find(({name}) => name === 'api.downtime')?.difference).toBe(3000)
    expect(code).toBe(1)
    expect((await runProgram(['drill', 'diff', journal, journal])).code).toBe(0)
  })
})
