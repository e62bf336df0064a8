import {mkdtemp, readFile, readdir, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../../src/core/events.ts'
import {readJournal, readSegments} from '../../../../src/scenarios/journal/reader.ts'
import {type SegmentLimits, openSegments} from '../../../../src/scenarios/journal/segments.ts'
import {systemFiles} from '../../../../src/system/files.ts'

const started: RunEvent = {
  at: 0,
  type: 'run-started',
  run: {
    ...{id: 'r', command: 'monitor', title: 't', version: '0', seed: 1, started: '', platform: ''},
    ...{purpose: 'monitor', backends: []},
  },
}
const added = (name: string): RunEvent => ({
  at: 1,
  type: 'target-added',
  target: {
    ...{name, url: `tcp://${name}:1`, kind: 'tcp', role: 'target'},
    ...{interval: 100, timeout: 50, policy: null},
  },
})
const lost = (target: string, at: number): RunEvent => ({
  ...{at, type: 'state-changed', target},
  ...{from: 'connected', to: 'reconnecting', because: 'NET_TIMEOUT'},
})
const notice = (at: number): RunEvent => ({at, type: 'notice', level: 'info', code: null, text: `n${at}`})
const ended: RunEvent = {at: 1000, type: 'run-ended', journal: null}
const NONE: SegmentLimits = {size: null, age: null, keep: null}

describe('a journal in segments', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'segments-'))
  })
  afterEach(async () => {
    await rm(folder, {recursive: true})
  })

  async function write(events: readonly RunEvent[], limits: Partial<SegmentLimits>): Promise<void> {
    const journal = await openSegments(systemFiles, {folder, run: 'r'}, {...NONE, ...limits})
    for (const event of events) journal.write(event)
    await journal.close()
  }

  async function segments(): Promise<readonly {readonly file: string; readonly text: string}[]> {
    const names = (await readdir(folder)).toSorted()
    return Promise.all(names.map(async (file) => ({file, text: await readFile(join(folder, file), 'utf8')})))
  }

  const watch = [
    ...[started, added('a'), added('b'), added('gone'), lost('a', 5)],
    {at: 6, type: 'target-removed', target: 'gone'} as const,
    ...Array.from({length: 300}, (_, index) => notice(10 + index)),
    ended,
  ]

  it.each<[string, Partial<SegmentLimits>]>([
    ['of a size', {size: 4000}],
    ['of an age', {age: 40}],
    ['of both', {size: 4000, age: 25}],
    ['smaller than its own preamble', {size: 1}],
  ])('reads back as one run from files %s', async (_, limits) => {
    await write(watch, limits)
    const files = await segments()
    expect(files.length).toBeGreaterThan(3)
    expect(readSegments(files)).toEqual({events: watch, complete: true, cut: false, begins: 0})
  })

  it('keeps every file at its size, private', async () => {
    await write(watch, {size: 4000})
    const sizes = await Promise.all((await readdir(folder)).map(async (name) => stat(join(folder, name))))
    for (const {size, mode} of sizes) {
      expect(size).toBeLessThanOrEqual(4000)
      expect(mode & 0o077).toBe(0)
    }
  })

  it('begins each later file with the run, the targets of now and their states, at their own times', async () => {
    await write(watch, {age: 100})
    const [, second] = await segments()
    const read = readJournal('s', second?.text ?? '')
    const [first, ...rest] = read.events
    expect(first).toMatchObject({type: 'run-started', run: {id: 'r', segment: {number: 2, preamble: 4}}})
    expect(rest.slice(0, 3)).toEqual([added('a'), added('b'), lost('a', 5)])
    expect(read).toMatchObject({begins: 100, complete: false, cut: false})
    expect(rest[3]).toEqual(notice(100))
  })

  it('repeats the groups of now and their last words', async () => {
    const group = (name: string, at: number): RunEvent => ({
      ...{at, type: 'group-added'},
      group: {name, mode: 'quorum', members: [{name: 'a', target: 'a'}], needed: 1, interval: 100},
    })
    const changed = (name: string, at: number): RunEvent => ({
      ...{at, type: 'group-changed', group: name, from: 'connected', to: 'reconnecting'},
      ...{because: 'too few', healthy: 0, of: 1},
    })
    const gone: RunEvent = {at: 4, type: 'group-removed', group: 'old'}
    const news = [group('g', 2), group('old', 2), changed('old', 3), gone, changed('g', 5), changed('g', 6)]
    await write([started, added('a'), ...news, notice(50), notice(200)], {age: 100})
    const [, second] = await segments()
    const [, ...rest] = readJournal('s', second?.text ?? '').events
    expect(rest).toEqual([added('a'), group('g', 2), changed('g', 6), notice(200)])
  })

  it('keeps the newest files only, and they still read as one', async () => {
    await write(watch, {age: 40, keep: 2})
    const files = await segments()
    expect(files.map(({file}) => file)).toEqual(['r.0008.jsonl', 'r.0009.jsonl'])
    const {events, complete, begins} = readSegments(files)
    expect(complete).toBe(true)
    expect(begins).toBeGreaterThan(200)
    expect(events.filter(({type}) => type === 'run-started')).toHaveLength(1)
    expect(events.filter(({type}) => type === 'target-added')).toHaveLength(2)
  })

  it('loses at most the last line when it is cut off anywhere in the last file', async () => {
    await write(watch, {age: 100})
    const files = await segments()
    const last = files.at(-1)
    const text = last?.text ?? ''
    const firstLine = text.indexOf('\n') + 1
    const cuts = [firstLine, firstLine + 5, text.length - 10]
    for (const end of cuts) {
      const whole = text.slice(0, end).split('\n').length - 1
      const read = readSegments([...files.slice(0, -1), {file: 'last', text: text.slice(0, end)}])
      const before = readSegments(files.slice(0, -1)).events.length
      expect(read.events).toHaveLength(before + Math.max(0, whole - 4))
      expect(read).toMatchObject({complete: false, cut: !text.slice(0, end).endsWith('\n')})
    }
  })

  it('ignores a last file that was killed before its first line was whole', async () => {
    await write(watch, {age: 100})
    const files = await segments()
    const before = readSegments(files.slice(0, -1))
    for (const text of ['', '{"at":0,"ty']) {
      const read = readSegments([...files.slice(0, -1), {file: 'last', text}])
      expect(read.events).toEqual(before.events)
      expect(read).toMatchObject({complete: false, cut: text !== ''})
    }
  })

  it('says which file is missing between two others', async () => {
    await write(watch, {age: 100})
    const files = await segments()
    expect(() => readSegments([...files.slice(0, 1), ...files.slice(2)])).toThrow(
      'r.0003.jsonl is segment 3, and segment 2 is missing',
    )
  })
})
