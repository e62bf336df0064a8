/** Programs that hang, die, come back, or live at another time: what is named is hit, and nothing else. */
import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {FAR4, FaultRig} from '../../support/fault-rig.ts'
import {namespacesMissing, runIn} from '../../support/namespaces.ts'

const reason = namespacesMissing()
const PORT = 7021
let rig: FaultRig
let folder: string
const started: ChildProcess[] = []

beforeAll(() => {
  if (reason !== null) return
  rig = new FaultRig()
  folder = mkdtempSync(join(tmpdir(), 'netdrill-victim-'))
})
beforeEach((context) => {
  if (reason !== null) context.skip(reason)
})
afterEach(async () => {
  if (reason === null) await rig.clear()
})
afterAll(async () => {
  if (reason !== null) return
  for (const child of started) child.kill('SIGKILL')
  await rig.close()
  rmSync(folder, {recursive: true})
})

/** The letter of proc(5); empty when there is no such process. */
function stateOf(pid: number): string {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}

function idle(...words: readonly string[]): number {
  const [file = 'sleep', ...args] = words.length > 0 ? words : ['sleep', '600']
  const child = spawn(file, args, {stdio: 'ignore', cwd: folder, env: {...process.env, VICTIM: 'yes'}})
  started.push(child)
  return child.pid ?? 0
}

const refusal = async (words: Readonly<Record<string, unknown>>): Promise<string> => {
  const error = await rig.apply({kind: 'process', ...words}).catch((caught: unknown) => caught)
  return isUserError(error) ? `${error.problems[0]?.code}: ${error.message}` : 'not refused'
}

describe('a server that is stopped', () => {
  it('takes connections and answers none, until it goes on', async () => {
    const server = rig.worker(rig.pair.far, 'echo', String(PORT))
    await server.ready
    const [pid = 0] = runIn(rig.pair.far, 'ss', ['-Hltnp', `sport = :${PORT}`])
      .match(/pid=(\d+)/)
      ?.slice(1)
      .map(Number) ?? [0]
    const fault = await rig.apply({kind: 'process', process: pid})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(stateOf(pid)).toBe('T')
    const order = JSON.stringify({host: FAR4, port: PORT, timeout: 600})
    expect(await rig.worker(rig.pair.near, 'echoed', order).output).toContain('silence')
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(await rig.worker(rig.pair.near, 'echoed', order).output).toContain('echoed')
  })
})

describe('a program', () => {
  it('that is killed is gone, and its neighbours stay', async () => {
    const pidfile = join(folder, 'victim.pid')
    const [victim, other] = [idle(), idle()]
    writeFileSync(pidfile, `${victim}\n`)
    const fault = await rig.apply({kind: 'process', mode: 'kill', pidfile, signal: 'TERM'})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(stateOf(victim)).toMatch(/^Z?$/)
    expect(stateOf(other)).toBe('S')
    expect(await fault.remove()).toMatchObject({restored: true})
  })

  it('that is restarted comes back at the end as it was: words, folder, environment', async () => {
    const lives = (): readonly string[] =>
      existsSync(join(folder, 'lives')) ? readFileSync(join(folder, 'lives'), 'utf8').trim().split('\n') : []
    const pid = idle(
      '/bin/sh',
      '-c',
      `echo "one $PWD $VICTIM" >> ${folder}/lives; while :; do sleep 0.1; done`,
    )
    await expect.poll(() => lives().length).toBe(1)
    const fault = await rig.apply({kind: 'process', mode: 'restart', process: pid})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(stateOf(pid)).toMatch(/^Z?$/)
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    await expect.poll(() => lives().length).toBe(2)
    expect(lives()).toEqual([`one ${folder} yes`, `one ${folder} yes`])
    const record = join(rig.state, 'netdrill', 'holders', `${ledgerIdOf(fault.plan.id)}.json`)
    process.kill((JSON.parse(readFileSync(record, 'utf8')) as {pid: number}).pid, 'SIGKILL')
  })

  it('that lives in a namespace of its own is not restarted outside of it', async () => {
    const pid = idle('/usr/bin/unshare', '--net', '--', '/bin/sh', '-c', 'while :; do sleep 0.1; done')
    const here = readlinkSync('/proc/self/ns/net')
    await expect.poll(() => readlinkSync(`/proc/${pid}/ns/net`)).not.toBe(here)
    const words = {mode: 'restart', process: pid}
    expect(await refusal(words)).toMatch(/USAGE_INVALID: process \d+ lives in namespaces of its own/)
    expect(stateOf(pid)).not.toMatch(/^Z?$/)
  })

  it.each([
    ['that nobody has seen', {match: 'no process has this in its words'}, /USAGE_INVALID: no process has/],
    [
      'that started netdrill',
      {process: process.ppid},
      /FAULT_LOCKOUT: process \d+ is a process that netdrill was started from/,
    ],
    ['that is netdrill', {process: process.pid}, /FAULT_LOCKOUT: process \d+ is netdrill itself/],
    ['that is not named', {}, /USAGE_INVALID: say which process/],
    [
      'whose file says nothing',
      {pidfile: '/dev/null'},
      /USAGE_INVALID: the file \/dev\/null holds no process id/,
    ],
  ])('%s is not touched', async (_, words, message) => {
    expect(await refusal(words)).toMatch(message)
  })

  it('is not chosen among several', async () => {
    idle('ip', 'netns', 'exec', rig.pair.near, 'sleep', '599.25')
    idle('ip', 'netns', 'exec', rig.pair.near, 'sleep', '599.25')
    await expect
      .poll(async () => refusal({match: 'sleep 599.25'}), {timeout: 3000})
      .toMatch(/USAGE_INVALID: 2 processes have "sleep 599.25"/)
  })
})

/** The ledger's name of a fault of this rig. */
function ledgerIdOf(id: string): string {
  const folderOfLedger = join(rig.state, 'netdrill', 'ledger')
  return (
    runIn(rig.pair.near, 'ls', [folderOfLedger])
      .split('\n')
      .find((name) => name.startsWith(`${id}_`))
      ?.replace(/\.json$/, '') ?? ''
  )
}

describe('the clock of a program', () => {
  it.for([
    {clock: 'wall', capability: 'faketime', offset: '+90d', seconds: 90 * 86_400},
    {clock: 'wall', capability: 'faketime', offset: '-2h', seconds: -7200},
    {clock: 'monotonic', capability: 'time-namespaces', offset: '+100h', seconds: 360_000},
  ] as const)(
    '$clock is $offset away, and nobody else’s',
    async ({clock, capability, offset, seconds}, context) => {
      const ask = clock === 'wall' ? 'date +%s' : 'cut -d. -f1 /proc/uptime'
      const {status, found} = await rig.ports.capabilities.check(capability)
      if (status === 'missing') return context.skip(found)
      const file = join(folder, `clock-${offset}-${clock}`)
      const now = (): number =>
        clock === 'wall'
          ? Math.floor(Date.now() / 1000)
          : Number(readFileSync('/proc/uptime', 'utf8').split('.')[0])
      const fault = await rig.apply({
        kind: 'clock',
        clock,
        offset,
        command: ['sh', '-c', `${ask} > ${file}.new; mv ${file}.new ${file}; exec sleep 600`],
      })
      expect(fault.asAsked, fault.readback).toBe(true)
      await expect.poll(() => existsSync(file), {timeout: 5000}).toBe(true)
      const away = Number(readFileSync(file, 'utf8')) - now()
      expect(Math.abs(away - seconds)).toBeLessThan(10)
      expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    },
  )
})
