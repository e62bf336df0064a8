/** The program as users start it, ended in every way: what it did to the kernel must end with it. */
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {DEVICE, FAR4} from '../../support/fault-rig.ts'
import {type NamespacePair, makeNamespacePair, namespacesMissing, runIn} from '../../support/namespaces.ts'
import {
  type ProgramResult,
  type RunningProgram,
  requireBundle,
  runProgram,
  startProgram,
} from '../../support/program.ts'

const reason = namespacesMissing()
let pair: NamespacePair
let state: string

beforeEach((context) => {
  if (reason !== null) return context.skip(reason)
  requireBundle()
  pair = makeNamespacePair()
  state = mkdtempSync(join(tmpdir(), 'netdrill-crash-'))
})
afterEach(async () => {
  if (reason !== null) return
  await netdrill('clear', '--all')
  pair.remove()
  rmSync(state, {recursive: true, force: true})
})

const env = (): Record<string, string> => ({XDG_STATE_HOME: state})
const netdrill = async (...words: string[]): Promise<ProgramResult> =>
  runProgram(['fault', ...words], {env: env()})
const start = (...words: string[]): RunningProgram =>
  startProgram(['fault', 'apply', ...words, '--namespace', pair.near, '--to', FAR4], {env: env()})

interface Entry {
  readonly id: string
  readonly state: string
  readonly owner: {readonly pid: number}
  readonly guard: {readonly pid: number}
}

function ledger(): readonly Entry[] {
  const folder = join(state, 'netdrill/ledger')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Entry)
}

function entry(): Entry {
  const [first] = ledger()
  if (!first) throw new Error('the ledger is empty')
  return first
}

function kernelState(): string {
  const tc = runIn(pair.near, 'tc', ['qdisc', 'show', 'dev', DEVICE])
  return `${tc}${runIn(pair.near, 'nft', ['-s', 'list', 'ruleset'])}`
}

function pings(): boolean {
  try {
    runIn(pair.near, 'ping', ['-c', '1', '-W', '1', '-n', FAR4])
    return true
  } catch {
    return false
  }
}

const inForce = /in force after/

describe('kill -9 of the program', () => {
  it('is healed by the guard within moments, exactly', async () => {
    const before = kernelState()
    const program = start('rate', '--rate', '1mbit', '--for', '1m')
    await program.waitFor(inForce)
    expect(kernelState()).not.toBe(before)
    program.child.kill('SIGKILL')
    await program.result
    await expect.poll(kernelState, {timeout: 5000, interval: 50}).toBe(before)
    await expect.poll(() => entry().state, {timeout: 5000}).toBe('done')
    const {code, stdout} = await netdrill('recover')
    expect({code, stdout}).toEqual({code: 0, stdout: 'nothing to do\n'})
  })
})

describe('the hang-up of the terminal', () => {
  it('ends the fault in order, exit 4, and the guard outlives it', async () => {
    const before = kernelState()
    const program = start('rate', '--rate', '1mbit', '--for', '1m')
    await program.waitFor(inForce)
    process.kill(entry().guard.pid, 'SIGHUP')
    process.kill(entry().guard.pid, 'SIGINT')
    program.child.kill('SIGHUP')
    expect((await program.result).code).toBe(4)
    expect(kernelState()).toBe(before)
  })
})

describe('kill -9 of the program and of the guard', () => {
  it('leaves a partition that the kernel itself ends, and recover has the rest to do once', async () => {
    const before = kernelState()
    const program = start('partition', '--for', '4s')
    await program.waitFor(inForce)
    process.kill(entry().guard.pid, 'SIGKILL')
    program.child.kill('SIGKILL')
    await program.result
    expect(pings()).toBe(false)
    await expect.poll(pings, {timeout: 10_000}).toBe(true)
    const first = await netdrill('recover')
    expect(first.code).toBe(0)
    expect(first.stdout).toContain('undone')
    const second = await netdrill('recover')
    expect({code: second.code, stdout: second.stdout}).toEqual({code: 0, stdout: 'nothing to do\n'})
    expect(kernelState()).toBe(before)
  })

  it('leaves a rate limit that recover takes back exactly', async () => {
    const before = kernelState()
    const program = start('rate', '--rate', '1mbit', '--for', '1m')
    await program.waitFor(inForce)
    process.kill(entry().guard.pid, 'SIGKILL')
    program.child.kill('SIGKILL')
    await program.result
    const list = await netdrill('list')
    expect(list.stdout).toContain('orphaned')
    expect((await netdrill('recover')).code).toBe(0)
    expect(kernelState()).toBe(before)
  })
})

describe('a program that hangs', () => {
  it('has its fault undone by the guard when the time is over', async () => {
    const before = kernelState()
    const program = start('rate', '--rate', '1mbit', '--for', '2s')
    await program.waitFor(inForce)
    program.child.kill('SIGSTOP')
    await expect.poll(kernelState, {timeout: 10_000, interval: 100}).toBe(before)
    program.child.kill('SIGCONT')
    expect((await program.result).code).toBe(0)
  })
})

describe('Ctrl-C', () => {
  it('undoes the fault and ends with exit 4', async () => {
    const before = kernelState()
    const program = start('partition', '--for', '1m', '--json')
    await program.waitFor(inForce)
    program.child.kill('SIGINT')
    const {code, stdout} = await program.result
    expect(code).toBe(4)
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'netdrill/fault-applied/1',
      how: 'interrupted',
      restored: true,
      exit: 4,
      applied: {as_asked: true},
    })
    expect(kernelState()).toBe(before)
  })
})

describe('--detach', () => {
  it('returns the id at once; the guard keeps the fault and ends it', async () => {
    const before = kernelState()
    const {code, stdout} = await start('rate', '--rate', '1mbit', '--for', '4s', '--detach').result
    expect(code).toBe(0)
    expect(stdout.trim()).toBe(entry().id)
    const list = JSON.parse((await netdrill('list', '--json')).stdout) as {faults: readonly object[]}
    expect(list.faults).toMatchObject([{id: stdout.trim(), standing: 'active', detached: true}])
    expect(kernelState()).not.toBe(before)
    await expect.poll(kernelState, {timeout: 10_000, interval: 100}).toBe(before)
    await expect.poll(() => entry().state, {timeout: 5000}).toBe('done')
  })

  it('can be cleared by its id from another shell', async () => {
    const before = kernelState()
    const {stdout} = await start('partition', '--for', '1m', '--detach').result
    expect((await netdrill('clear', 'nosuch')).code).toBe(2)
    expect((await netdrill('clear')).code).toBe(2)
    expect(await netdrill('clear', stdout.trim())).toMatchObject({code: 0})
    expect(kernelState()).toBe(before)
    const guard = entry().guard.pid
    await expect.poll(() => isRunning(guard), {timeout: 10_000}).toBe(false)
  })
})

describe('fault halt', () => {
  it('ends what is in force, and refuses new faults until release', async () => {
    const before = kernelState()
    const program = start('partition', '--for', '1m')
    await program.waitFor(inForce)
    const halt = await netdrill('halt', '--reason', 'a real outage')
    expect(halt.code).toBe(0)
    expect(kernelState()).toBe(before)
    expect((await program.result).code).toBe(4)
    const refused = await start('partition', '--for', '1s').result
    expect(refused.code).toBe(7)
    expect(refused.stderr).toContain('a real outage')
    expect((await netdrill('release')).code).toBe(0)
    expect((await start('partition', '--for', '100ms').result).code).toBe(0)
  })
})

describe('a tc that answers 0 and does nothing', () => {
  it('is found out: exit 3, and nothing is left', async () => {
    const before = kernelState()
    const folder = mkdtempSync(join(tmpdir(), 'netdrill-fake-tc-'))
    writeFileSync(join(folder, 'tc'), '#!/bin/sh\nexit 0\n', {mode: 0o755})
    const words = [
      'fault',
      'apply',
      'rate',
      '--rate',
      '1mbit',
      '--for',
      '5s',
      '--namespace',
      pair.near,
      '--to',
      FAR4,
    ]
    const {code, stderr} = await runProgram(words, {
      env: {...env(), PATH: `${folder}:${process.env['PATH'] ?? ''}`},
    })
    expect(code).toBe(3)
    expect(stderr).toContain('FAULT_NO_EFFECT')
    expect(kernelState()).toBe(before)
    rmSync(folder, {recursive: true})
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
