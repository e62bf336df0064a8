import {copyFile, mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {readJournal} from '../../../src/scenarios/journal/reader.ts'
import {kernelState} from '../../support/kernel-state.ts'
import {runProgram} from '../../support/program.ts'

const FLOW = fileURLToPath(new URL('../../fixtures/trace/flow.mjs', import.meta.url))
const WAVE = fileURLToPath(new URL('../../fixtures/trace/wave.csv', import.meta.url))

function drill(log: string): string {
  const command = (...words: string[]): string => JSON.stringify([process.execPath, FLOW, ...words])
  return `version: 1
title: A square wave
lab:
  isolation: required
  nodes: [client, server]
  links: [{between: [client, server], subnet: 10.91.0.0/24}]
  servers:
    sink: {node: server, kind: command, port: 9000, options: {command: ${command('sink', '9000', log)}}}
    source: {node: client, kind: command, port: 9001, options: {command: ${command('source', '9001', '10.91.0.2', '9000')}}}
defaults: {interval: 250ms, timeout: 2s}
targets:
  link: {url: 'ping://{server}'}
faults:
  wave: {kind: netem, rate: 16mbit, limit: 50, scope: {from: client, to: server}}
drill:
  timeline:
    - {at: 1500ms, inject: wave, trace: wave.csv}
  settle: 2s
  expect: ['link.loss <= 50%']
`
}

/** Milliseconds: what the queue of 50 packets held before, and what the sink had not read yet. */
const SETTLED = 300

/** Of each state of the trace: what was asked, and what went through while it was in force. Bits per second. */
function compare(events: readonly RunEvent[], log: string): readonly (readonly [number, number])[] {
  const started =
    events.flatMap((event) => (event.type === 'run-started' ? [Date.parse(event.run.started)] : []))[0] ?? 0
  const pieces = log
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
  const endOf = new Map(
    events.flatMap((event) => (event.type === 'fault-removed' ? [[event.fault, event.at] as const] : [])),
  )
  return events.flatMap((event) => {
    if (event.type !== 'fault-applied') return []
    const asked = Number(/(\d+)mbit/.exec(event.readback)?.[1]) * 1e6
    const [from, to] = [started + event.at + SETTLED, started + (endOf.get(event.fault) ?? event.at)]
    return [[asked, median(ratesOf(pieces, from, to))] as const]
  })
}

/** Bits per second in each tenth of a second: a machine that is busy elsewhere for some of them does not count. */
function ratesOf(pieces: readonly (readonly number[])[], from: number, to: number): readonly number[] {
  return Array.from({length: Math.floor((to - from) / 100)}, (_, index) => {
    const start = from + index * 100
    const within = pieces.filter(([at = 0]) => at >= start && at < start + 100)
    return within.reduce((sum, [, size = 0]) => sum + size, 0) * 80
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(pairs.map(([a]) => a)), mean(pairs.map(([, b]) => b))]
  const along = pairs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0)
  const spread = (pick: 0 | 1, middle: number): number =>
    Math.sqrt(pairs.reduce((sum, pair) => sum + (pair[pick] - middle) ** 2, 0))
  return along / (spread(0, x) * spread(1, y))
}

describe('a square wave as a trace', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trace-'))
  })
  afterEach(async () => rm(folder, {recursive: true, force: true}))

  // What is busy beside it takes the time of the transfer: then it is measured again.
  it('is what a real transfer gets, second by second', {retry: 2, timeout: 60_000}, async () => {
    const before = kernelState()
    const log = join(folder, 'sink.log')
    await copyFile(WAVE, join(folder, 'wave.csv'))
    await writeFile(join(folder, 'wave.yaml'), drill(log))
    const env = {XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder, HOME: folder}
    const {code, stderr} = await runProgram(['drill', 'run', join(folder, 'wave.yaml')], {
      env,
      timeout: 60_000,
    })
    expect(stderr).toContain('10 of 10 faults proven')
    expect(code, stderr).toBe(0)
    const [name = ''] = await readdir(join(folder, 'netdrill/journals'))
    const {events} = readJournal(name, await readFile(join(folder, 'netdrill/journals', name), 'utf8'))
    const pairs = compare(events, await readFile(log, 'utf8'))
    expect(pairs).toHaveLength(10)
    expect(correlation(pairs), JSON.stringify(pairs)).toBeGreaterThan(0.95)
    // Nothing slips through between two states: a slow second carries no more than its rate and what was queued.
    for (const [asked, got] of pairs.slice(1)) expect(got).toBeLessThan(asked * 1.5 + 1e6)
    expect(kernelState()).toEqual(before)
  })
})
