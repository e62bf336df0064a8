/** kill -9 of the program while links, addresses, routes, settings, processes and limits are changed: the guard puts all back. */
import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {DEVICE, FAR4} from '../../support/fault-rig.ts'
import {type NamespacePair, makeNamespacePair, namespacesMissing, runIn} from '../../support/namespaces.ts'
import {type ProgramResult, requireBundle, runProgram, startProgram} from '../../support/program.ts'

const reason = namespacesMissing()
let pair: NamespacePair
let folder: string
let victim: ChildProcess

beforeAll(() => {
  if (reason !== null) return
  requireBundle()
  pair = makeNamespacePair()
  runIn(pair.near, 'ip', ['route', 'add', '10.98.0.0/24', 'via', FAR4, 'metric', '50'])
  folder = mkdtempSync(join(tmpdir(), 'netdrill-crash-acts-'))
  victim = spawn('sleep', ['600'], {stdio: 'ignore'})
})
beforeEach((context) => {
  if (reason !== null) context.skip(reason)
})
afterEach(async () => {
  if (reason === null) await netdrill('clear', '--all')
})
afterAll(() => {
  if (reason !== null) return
  victim.kill('SIGKILL')
  pair.remove()
  rmSync(folder, {recursive: true, force: true})
})

const env = (): Record<string, string> => ({XDG_STATE_HOME: folder})
const netdrill = async (...words: string[]): Promise<ProgramResult> =>
  runProgram(['fault', ...words], {env: env()})

/** All that these faults touch, without what counts down. */
const state = (): string =>
  [
    runIn(pair.near, 'ip', ['-o', 'address', 'show']),
    runIn(pair.near, 'ip', ['route', 'show', 'table', 'all']),
    runIn(pair.near, 'ip', ['-6', 'route', 'show', 'table', 'all']),
    runIn(pair.near, 'sysctl', ['-n', 'net.ipv4.ip_local_port_range']),
    runIn(pair.near, 'ss', ['-Hltn']),
    readFileSync(`/proc/${victim.pid ?? 0}/stat`, 'utf8')
      .split(') ')[1]
      ?.slice(0, 1) ?? '',
    readFileSync(`/proc/${victim.pid ?? 0}/limits`, 'utf8'),
  ]
    .join('\n')
    .replaceAll(' tentative', '')
    .replaceAll(/valid_lft \w+ preferred_lft \w+|expires \d+sec/g, '')
    .split('\n')
    .toSorted()
    .join('\n')

/** The kernel adds routes of an address when nobody else has claimed it (RFC 4862 5.4): part of what was there before. */
async function noneTentative(): Promise<void> {
  const tentative = (): string => runIn(pair.near, 'ip', ['-6', '-o', 'address', 'show', 'tentative']).trim()
  await expect.poll(tentative, {timeout: 5000}).toBe('')
}

const entries = (): readonly {readonly state: string; readonly guard: {readonly pid: number}}[] =>
  readdirSync(join(folder, 'netdrill/ledger')).map(
    (name) =>
      JSON.parse(readFileSync(join(folder, 'netdrill/ledger', name), 'utf8')) as {
        state: string
        guard: {pid: number}
      },
  )

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['a link', ['link', '--device', DEVICE]],
  ['an address', ['address', '--address', '10.99.0.1', '--device', DEVICE]],
  ['a route', ['route', '--mode', 'remove', '--to', '10.98.0.0/24']],
  ['a port', ['port', '--port', '7031']],
  ['a process', ['process', '--process', 'VICTIM']],
  ['open files', ['files', '--process', 'VICTIM']],
]

describe('kill -9 of the program', () => {
  it.each(CASES)('during a fault of %s is healed by the guard', async (_, words) => {
    await noneTentative()
    const before = state()
    await crash(words, false)
    await expect.poll(state, {timeout: 8000, interval: 50}).toBe(before)
    await expect.poll(() => entries().every((entry) => entry.state === 'done'), {timeout: 5000}).toBe(true)
    const {code, stdout} = await netdrill('recover')
    expect({code, stdout}).toEqual({code: 0, stdout: 'nothing to do\n'})
  })
})

describe('kill -9 of the program and of the guard', () => {
  it.each(CASES.filter(([what]) => what === 'a process'))(
    'during a fault of %s leaves that to recover, which has it to do once',
    async (_, words) => {
      await noneTentative()
      const before = state()
      await crash(words, true)
      expect(state()).not.toBe(before)
      expect((await netdrill('recover')).code).toBe(0)
      await expect.poll(state, {timeout: 8000, interval: 50}).toBe(before)
      expect((await netdrill('recover')).stdout).toBe('nothing to do\n')
    },
  )
})

/** Puts a fault in force and kills its program, and the guard first if asked. */
async function crash(words: readonly string[], withGuard: boolean): Promise<void> {
  const order = words.map((word) => (word === 'VICTIM' ? String(victim.pid) : word))
  const place = ['--namespace', pair.near, '--allow-broad', '--for', '1m']
  const before = state()
  const program = startProgram(['fault', 'apply', ...order, ...place], {env: env()})
  await program.waitFor(/in force after/)
  expect(state()).not.toBe(before)
  const guard = entries().find((entry) => entry.state === 'applied')?.guard.pid
  if (withGuard && guard !== undefined) process.kill(guard, 'SIGKILL')
  program.child.kill('SIGKILL')
  await program.result
}
