/** Programs that may open no further files, or get no more memory: refused while it lasts, and as before afterwards. */
import {type ChildProcess, spawn} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {FaultRig} from '../../support/fault-rig.ts'
import {namespacesMissing} from '../../support/namespaces.ts'

const reason = namespacesMissing()
let rig: FaultRig
let victim: Victim

/** Opens a file twenty times a second, and tells when that ends otherwise than the last time; takes memory when told to. */
const PROGRAM = `
const fs = require('node:fs')
const kept = []
let last
const attempt = (act) => { try { act(); return 'fine' } catch (error) { return error.code ?? error.message } }
setInterval(() => {
  const now = attempt(() => kept.push(fs.openSync('/dev/null')))
  while (kept.length > 3) fs.closeSync(kept.shift())
  if (now !== last) console.log('files ' + now)
  last = now
}, 50)
process.stdin.on('data', () => console.log('memory ' + attempt(() => new ArrayBuffer(96 * 1048576))))
`

class Victim {
  readonly child: ChildProcess
  /** It could open files. */
  readonly begun: Promise<void>
  text = ''

  constructor() {
    this.child = spawn(process.execPath, ['-e', PROGRAM], {stdio: ['pipe', 'pipe', 'inherit']})
    this.begun = new Promise((resolve) => {
      this.child.stdout?.on('data', (data: Buffer) => {
        this.text += data.toString()
        if (this.last('files') === 'fine') resolve()
      })
    })
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  get limits(): string {
    return readFileSync(`/proc/${this.pid}/limits`, 'utf8')
  }

  /** What it said last about one of them. */
  last(name: string): string | undefined {
    const line = this.text.split('\n').findLast((one) => one.startsWith(`${name} `))
    return line?.slice(name.length + 1)
  }
}

beforeAll(() => {
  if (reason !== null) return
  rig = new FaultRig()
})
beforeEach(async (context) => {
  if (reason !== null) return context.skip(reason)
  victim = new Victim()
  await victim.begun
})
afterEach(async () => {
  if (reason !== null) return
  await rig.clear()
  victim.child.kill('SIGKILL')
})
afterAll(async () => {
  if (reason === null) await rig.close()
})

const refusal = async (
  words: {readonly kind: string} & Readonly<Record<string, unknown>>,
): Promise<string> => {
  const error = await rig.apply(words).catch((caught: unknown) => caught)
  return isUserError(error) ? `${error.problems[0]?.code}: ${error.message}` : 'not refused'
}

describe('the limit of open files', () => {
  it('is met at once with none to spare, and lifted to what it was', async () => {
    const before = victim.limits
    const fault = await rig.apply({kind: 'files', process: victim.pid, spare: 0})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(fault.readback).toMatch(/^process \d+ is limited to \d+ open files$/)
    await expect.poll(() => victim.last('files')).toBe('EMFILE')
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(victim.limits).toBe(before)
    await expect.poll(() => victim.last('files')).toBe('fine')
  })

  it('leaves as many as asked for', async () => {
    // It keeps three open and one more for a moment.
    const fault = await rig.apply({kind: 'files', process: victim.pid, spare: 4})
    const tried = victim.text
    await rig.ports.clock.sleep(200)
    expect(victim.text).toBe(tried)
    await fault.remove()
  })

  it('goes with the limit of memory, and not with a second of its own', async () => {
    const before = victim.limits
    await rig.apply({kind: 'files', process: victim.pid})
    const memory = await rig.apply({kind: 'memory', process: victim.pid, spare: '32MiB'})
    expect(memory.asAsked, memory.readback).toBe(true)
    expect(await refusal({kind: 'files', process: victim.pid, max: 9})).toMatch(/^FAULT_OVERLAP/)
    await rig.clear()
    expect(victim.limits).toBe(before)
  })
})

describe('the limit of memory', () => {
  it('refuses what is asked for beyond it, until it is lifted', async () => {
    const before = victim.limits
    const fault = await rig.apply({kind: 'memory', process: victim.pid, spare: '48MiB'})
    expect(fault.asAsked, fault.readback).toBe(true)
    victim.child.stdin?.write('memory\n')
    await expect.poll(() => victim.last('memory')).toBe('Array buffer allocation failed')
    expect(victim.last('files')).toBe('fine')
    expect(await fault.remove()).toMatchObject({restored: true, differences: [], remarks: []})
    expect(victim.limits).toBe(before)
    victim.child.stdin?.write('memory\n')
    await expect.poll(() => victim.last('memory')).toBe('fine')
  })

  it('ends with a program that does not survive it, which is told', async () => {
    const fault = await rig.apply({kind: 'memory', process: victim.pid, spare: '48MiB'})
    const gone = new Promise((resolve) => victim.child.once('exit', resolve))
    victim.child.kill('SIGABRT')
    await gone
    expect(await fault.remove()).toMatchObject({
      restored: true,
      differences: [],
      remarks: [`process ${victim.pid} has ended while its bytes of address space were limited`],
    })
  })
})

it.each([
  ['netdrill itself', () => ({kind: 'memory', process: process.pid}), /FAULT_LOCKOUT: .* netdrill itself/],
  ['the parent of netdrill', () => ({kind: 'files', process: process.ppid}), /FAULT_LOCKOUT/],
  ['the first process', () => ({kind: 'memory', match: '/'.repeat(300)}), /USAGE_INVALID: no process has/],
  ['a process that is not named', () => ({kind: 'memory'}), /USAGE_INVALID: say which process/],
  [
    'a limit above the one there is',
    () => ({kind: 'files', process: victim.pid, max: 900_000}),
    /take nothing/,
  ],
  [
    'a group that is not there',
    () => ({kind: 'memory', group: '/no/such'}),
    /USAGE_INVALID: there is no control/,
  ],
])('%s is not touched', async (_, words, message) => {
  expect(await refusal(words())).toMatch(message)
})
