/** A link with known impairments is recorded by its probes, and what was recorded makes another link like it. */
import {execFile} from 'node:child_process'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {openPorts} from '../../../src/app/ports.ts'
import {parseProfile} from '../../../src/config/link-profiles/document.ts'
import {inPlace} from '../../../src/core/place-command.ts'
import type {ProbeResult} from '../../../src/core/probe-result.ts'
import type {LabLink} from '../../../src/lab/lab.ts'
import {openLab} from '../../../src/lab/open-lab.ts'
import {shapeByProfile} from '../../../src/lab/shape-by-profile.ts'
import {BIN} from '../../support/program.ts'

const PLAIN: LabLink = {between: ['client', 'server'], subnet: '10.75.0.0/24', emulate: true}
/** Of round trips: 16ms with a deviation of 4.9ms, and 1 - 0.92² = 15.4% lost. */
const KNOWN: LabLink = {...PLAIN, shape: {delay: 8, jitter: 6, loss: 0.08}}
const COUNT = 260

let lack: string | null = null
let folder = ''
beforeAll(async () => {
  const ports = openPorts(1)
  for (const need of ['network-namespaces', 'ffi'] as const) {
    const {status, found} = await ports.capabilities.check(need)
    if (status !== 'present') lack = `no ${need}: ${found}`
  }
  folder = await mkdtemp(join(tmpdir(), 'netdrill-recorded-'))
})
afterAll(async () => rm(folder, {recursive: true, force: true}))
beforeEach((ctx) => {
  if (lack !== null) ctx.skip(lack)
})

/** The program itself, in a node of a lab with that link. */
async function probe(link: LabLink, ...words: readonly string[]): Promise<ProbeResult> {
  const lab = await openLab(
    {isolation: 'required', nodes: ['client', 'server'], links: [link], servers: {}},
    openPorts(1),
    {
      origin: 0,
      seed: 7,
      signal: new AbortController().signal,
      onLoss: () => {},
    },
  )
  try {
    const pace = ['-c', String(COUNT), '-i', '10ms', '-t', '80ms', '-e', 'loss < 100%']
    const args = [BIN, 'probe', 'ping', '10.75.0.2', ...pace, '--json', ...words]
    const command = inPlace(lab.place('client'), process.execPath, args)
    const {stdout} = await promisify(execFile)(command.file, [...command.args], {timeout: 60_000})
    return JSON.parse(stdout) as ProbeResult
  } finally {
    await lab.down()
  }
}

describe('a link that was recorded', () => {
  it('is a link with the same round trips and losses, within what so many samples tell', async () => {
    const file = join(folder, 'seen.yaml')
    const known = await probe(KNOWN, '--record', file)
    const text = await readFile(file, 'utf8')
    const profile = parseProfile(file, text)
    expect(profile.rtt).toBeCloseTo(known.rtt?.avg ?? 0, 2)
    expect(text).toContain(`answers: ${known.received}`)

    const again = await probe(shapeByProfile(PLAIN, profile))
    const [a, b] = [known.rtt, again.rtt]
    if (!a || !b) throw new Error('nothing was answered')
    expect(a.avg).toBeGreaterThan(15)
    // A tenth, and two milliseconds for a machine that is busy the second time.
    expect(Math.abs(b.avg - a.avg)).toBeLessThan(0.1 * a.avg + 2)
    expect(b.stddev / a.stddev).toBeGreaterThan(0.65)
    expect(b.stddev / a.stddev).toBeLessThan(1.5)
    // Four standard errors of the difference of two shares.
    const error = Math.sqrt((2 * known.loss * (1 - known.loss)) / COUNT)
    expect(known.loss).toBeGreaterThan(0.05)
    expect(Math.abs(again.loss - known.loss)).toBeLessThan(4 * error)
  }, 60_000)

  it('can be recorded afterwards from what was written down, as a table for tc', async () => {
    const journal = join(folder, 'seen.jsonl')
    const table = join(folder, 'seen.dist')
    const run = promisify(execFile)
    const words = ['probe', 'ping', '127.0.0.1', '-c', '120', '-i', '10ms', '--jsonl']
    await writeFile(journal, (await run(process.execPath, [BIN, ...words])).stdout)
    const from = ['fault', 'profiles', '--from', journal, '--record', table]
    const {stderr} = await run(process.execPath, [BIN, ...from])
    expect(stderr).toContain('recorded 120 answers')
    const values = (await readFile(table, 'utf8')).split('\n').filter((line) => !line.startsWith('#'))
    expect(values.join(' ').trim().split(/\s+/)).toHaveLength(120)
  })
})
