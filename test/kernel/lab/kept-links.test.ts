/** Faults on the carried links of a lab that is kept, by the program as users start it, ended in every way. */
import {execFileSync} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import type {LabView} from '../../../src/reporters/lab-view.ts'
import {namespacesMissing} from '../../support/namespaces.ts'
import {type ProgramResult, requireBundle, runProgram, startProgram} from '../../support/program.ts'

const DOCUMENT = `version: 1
lab:
  nodes: [client, server]
  links: [{between: [client, server], subnet: 10.73.0.0/24}]
`
const FAR = '10.73.0.2'

let lack = namespacesMissing()
let folder = ''
let view: LabView

async function netdrill(...words: string[]): Promise<ProgramResult> {
  return runProgram(words, {env: {XDG_STATE_HOME: join(folder, 'state')}, cwd: folder})
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nd-kept-'))
  writeFileSync(join(folder, 'office.yaml'), DOCUMENT)
  if (lack !== null) return
  requireBundle()
  const {stdout, stderr} = await netdrill('lab', 'up', 'office.yaml', '--carry', '--for', '10m', '--json')
  if (stderr !== '') lack = stderr
  else view = (JSON.parse(stdout) as {labs: [LabView]}).labs[0]
}, 90_000)
afterAll(async () => {
  await netdrill('lab', 'down', '--all')
  rmSync(folder, {recursive: true, force: true})
}, 30_000)
beforeEach((ctx) => {
  if (lack !== null) ctx.skip(lack)
})
afterEach(async () => {
  if (lack === null) await netdrill('fault', 'clear', '--all')
})

const clientPid = (): string => String(view.nodes.find(({name}) => name === 'client')?.pid)

/** Median round trip in the client, in milliseconds; null when nothing came back. */
function roundTrip(): number | null {
  const args = ['-t', clientPid(), '-n', 'ping', '-c', '3', '-i', '0.05', '-W', '1', '-n', FAR]
  try {
    const text = execFileSync('nsenter', args, {encoding: 'utf8', stdio: 'pipe'})
    const times = [...text.matchAll(/time=([\d.]+)/g)].map(([, time]) => Number(time))
    return times.toSorted((a, b) => a - b)[1] ?? null
  } catch {
    return null
  }
}

interface Entry {
  readonly state: string
  readonly owner: {readonly pid: number}
  readonly guard: {readonly pid: number}
}

function lastEntry(): Entry {
  const ledger = join(folder, 'state/netdrill/ledger')
  const entries = readdirSync(ledger)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(ledger, name), 'utf8')) as Entry & {started: string})
  const [last] = entries.toSorted((a, b) => (a.started < b.started ? 1 : -1))
  if (!last) throw new Error('the ledger is empty')
  return last
}

function start(lasts: string): ReturnType<typeof startProgram> {
  const words = [
    'fault',
    'apply',
    'netem',
    '--delay',
    '80ms',
    '--to',
    FAR,
    '--pid',
    clientPid(),
    '--for',
    lasts,
  ]
  return startProgram(words, {env: {XDG_STATE_HOME: join(folder, 'state')}, cwd: folder})
}

describe('a fault on a link of a kept lab', () => {
  it('is applied inside a node by another process, listed and cleared from outside, and measured', async () => {
    const words = ['netem', '--rtt', '60ms', '--to', FAR, '--for', '1m', '--detach', '--json']
    const applied = await netdrill(
      'lab',
      'exec',
      'client',
      '--',
      process.execPath,
      join(process.cwd(), 'bin/run.js'),
      'fault',
      'apply',
      ...words,
    )
    expect(JSON.parse(applied.stdout)).toMatchObject({backend: 'carrier', applied: {as_asked: true}, exit: 0})
    expect(roundTrip()).toBeGreaterThan(58)
    expect((await netdrill('fault', 'list')).stdout).toMatch(
      /carrier in link client-server of the lab office .* left .* active/,
    )
    const second = await netdrill(
      'fault',
      'apply',
      'netem',
      '--delay',
      '40ms',
      '--to',
      FAR,
      '--pid',
      clientPid(),
      '--for',
      '1m',
      '--detach',
    )
    expect(second.code).toBe(0)
    // Two at a time: their delays add.
    expect(roundTrip()).toBeGreaterThan(98)
    expect(await netdrill('fault', 'clear', '--all')).toMatchObject({code: 0})
    expect(roundTrip()).toBeLessThan(58)
    expect((await netdrill('fault', 'list')).stdout).toBe('no faults in force\n')
  })

  it('is undone at once by the guard after kill -9 of its process', async () => {
    const program = start('1m')
    await program.waitFor(/in force after/)
    expect(roundTrip()).toBeGreaterThan(78)
    program.child.kill('SIGKILL')
    await program.result
    await expect.poll(() => lastEntry().state, {timeout: 5000}).toBe('done')
    expect(roundTrip()).toBeLessThan(78)
  })

  it('is ended by the link itself after kill -9 of its process and of the guard, even while the keeper is stopped', async () => {
    const program = start('3s')
    await program.waitFor(/in force after/)
    process.kill(lastEntry().guard.pid, 'SIGKILL')
    program.child.kill('SIGKILL')
    await program.result
    process.kill(view.pid, 'SIGSTOP')
    expect(roundTrip()).toBeGreaterThan(78)
    await expect.poll(roundTrip, {timeout: 8000, interval: 200}).toBeLessThan(78)
    process.kill(view.pid, 'SIGCONT')
    expect((await netdrill('fault', 'list')).stdout).toContain('orphaned')
    expect((await netdrill('fault', 'recover')).code).toBe(0)
    expect(await netdrill('fault', 'recover')).toMatchObject({code: 0, stdout: 'nothing to do\n'})
  })

  it('goes with its lab after kill -9 of the keeper, and leaves neither socket nor entry', async () => {
    const program = start('1m')
    await program.waitFor(/in force after/)
    process.kill(view.pid, 'SIGKILL')
    await expect.poll(() => existsSync(`/proc/${clientPid()}`), {timeout: 5000}).toBe(false)
    program.child.kill('SIGINT')
    expect((await program.result).code).toBe(4)
    expect(await netdrill('fault', 'recover')).toMatchObject({code: 0, stdout: 'nothing to do\n'})
    expect((await netdrill('lab', 'list')).stdout).toContain('no lab is up')
    expect(readdirSync(join(folder, 'state/netdrill/links'))).toEqual([])
  })
})
