import {createServer, type Server} from 'node:net'
import {mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {readJournal} from '../../../src/scenarios/journal/reader.ts'
import {runProgram, startProgram} from '../../support/program.ts'

let folder: string
let server: Server
let port: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'monitor-'))
  server = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as {port: number}).port
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, {recursive: true, force: true})
})

async function document(...targets: readonly string[]): Promise<string> {
  const file = join(folder, 'net.yaml')
  const lines = ['version: 1', 'defaults: {interval: 100ms, timeout: 90ms}', 'targets:', ...targets]
  await writeFile(file, `${lines.join('\n')}\n`)
  return file
}

describe('monitor', () => {
  it('ends when its time is over, with 0 when everything is up, and writes a journal', async () => {
    const file = await document(`  up: tcp://127.0.0.1:${port}`)
    const journals = join(folder, 'journals')
    const {code, stdout, stderr} = await runProgram([
      'monitor',
      file,
      '--for',
      '700ms',
      '--journal',
      journals,
    ])
    expect(stderr).toContain('up: connecting → connected')
    expect(stderr).not.toContain('prober ended')
    expect(stdout).toMatch(/^watched 1 target for .*: no outage/)
    expect(code).toBe(0)
    const [name = ''] = await readdir(journals)
    const {events} = readJournal(name, await readFile(join(journals, name), 'utf8'))
    expect(events[0]).toMatchObject({type: 'run-started', run: {purpose: 'monitor'}})
    expect(events.filter(({type}) => type === 'sample').length).toBeGreaterThan(2)
    expect(events.at(-1)?.type).toBe('run-ended')
  })

  it('ends with 1 when something is down then, and says what', async () => {
    const file = await document(`  up: tcp://127.0.0.1:${port}`, '  gone: tcp://127.0.0.1:1')
    const {code, stdout} = await runProgram(['monitor', file, '--for', '700ms', '--quiet'])
    expect(stdout).toMatch(/1 down at the end/)
    expect(stdout).toMatch(/gone +reconnecting +0.00%.*TCP_REFUSED/)
    expect(code).toBe(1)
  })

  it.each([
    {signal: 'SIGINT', code: 130},
    {signal: 'SIGTERM', code: 143},
  ] as const)('ends with $code at $signal, with its summary', async ({signal, code}) => {
    const file = await document(`  up: tcp://127.0.0.1:${port}`)
    const running = startProgram(['monitor', file])
    await running.waitFor(/connecting → connected/)
    running.child.kill(signal)
    const result = await running.result
    expect(result.stdout).toMatch(/^watched 1 target/)
    expect(result.code).toBe(code)
  })

  it('reads its document again at SIGHUP: what is the same goes on, what is new begins', async () => {
    const file = await document(`  up: tcp://127.0.0.1:${port}`, '  gone: tcp://127.0.0.1:1')
    const running = startProgram(['monitor', file])
    await running.waitFor(/up: connecting → connected/)
    await running.waitFor(/gone: connecting → reconnecting/)
    await document(`  up: tcp://127.0.0.1:${port}`, '  here: ping://127.0.0.1')
    running.child.kill('SIGHUP')
    await running.waitFor(/here: connecting → connected/)
    await running.waitFor(/gone: no longer in the document/)
    await running.waitFor(/read again: 1 new or changed, 1 removed or changed/)
    await document('  up: {url: nonsense}')
    running.child.kill('SIGHUP')
    await running.waitFor(/not read again: .*net\.yaml:4:/)
    running.child.kill('SIGTERM')
    const {stdout, stderr} = await running.result
    expect(stderr.match(/up: connecting → connected/g)).toHaveLength(1)
    expect(stdout).toMatch(/watched 2 targets .*: no outage/)
    expect(stdout).not.toContain('gone')
  })

  it('prints the event stream with --jsonl', async () => {
    const file = await document(`  up: tcp://127.0.0.1:${port}`)
    const {stdout} = await runProgram(['monitor', file, '--for', '400ms', '--jsonl'])
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as {type: string}).type)
    expect(types).toEqual(expect.arrayContaining(['run-started', 'target-added', 'sample', 'run-ended']))
  })

  it.each([
    {args: ['--for', '3'], says: 'has no unit'},
    {args: ['--only', 'nobody'], says: 'nobody'},
  ])('refuses $args', async ({args, says}) => {
    const file = await document(`  up: tcp://127.0.0.1:${port}`)
    const {code, stderr} = await runProgram(['monitor', file, ...args])
    expect(stderr).toContain(says)
    expect(code).toBe(2)
  })
})
