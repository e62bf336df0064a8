import {mkdtemp, readFile, readdir, rm, writeFile, chmod, mkdir} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {readJournal} from '../../src/scenarios/journal/reader.ts'
import {type ProgramResult, runProgram, startProgram} from '../support/program.ts'

/** A short drill on loopback that needs no rights: embedded servers and the userspace proxy. */
const SHORT = `version: 1
title: Short outage
lab:
  isolation: none
  nodes: [client, server]
  servers:
    api: {node: server, kind: tls-echo, port: 7443, proxy: true}
    control: {node: server, kind: tcp-echo, port: 7007}
defaults: {interval: 100ms, timeout: 400ms}
policies:
  quick:
    max_attempts: 0
    initial_delay_ms: 100
    max_delay_ms: 400
    backoff_multiplier: 2
    jitter_factor: 0.1
targets:
  api: {url: "tls://{api}", policy: quick}
  control: {url: "tcp://{control}", role: control}
faults:
  outage: {kind: partition, mode: drop, scope: {to: api}}
drill:
  steady: [api.loss <= 0%]
  timeline:
    - {at: 1500ms, inject: outage, for: 2s}
  settle: 6s
  expect:
    - api.recovery < 4s
    - control.loss <= 0%
`

describe('drill run', () => {
  let folder: string
  let env: Record<string, string>
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drill-'))
    env = {XDG_STATE_HOME: join(folder, 'state'), XDG_RUNTIME_DIR: folder, HOME: folder}
    await writeFile(join(folder, 'short.yaml'), SHORT)
  })
  afterEach(async () => {
    await rm(folder, {recursive: true, force: true})
  })

  const drill = (text: string): Promise<void> => writeFile(join(folder, 'short.yaml'), text)
  const run = async (...more: string[]): Promise<ProgramResult> =>
    runProgram(['drill', 'run', join(folder, 'short.yaml'), ...more], {env})
  const journals = async (): Promise<string[]> => {
    const place = join(folder, 'state/netdrill/journals')
    return (await readdir(place)).map((name) => join(place, name))
  }

  it('annotates the line of an unmet expectation in a GitHub job, and writes the reports asked for', async () => {
    await drill(SHORT.replace('api.recovery < 4s', 'api.downtime < 1s'))
    const summary = join(folder, 'summary.md')
    const junit = join(folder, 'out/junit.xml')
    const github = {GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: folder, GITHUB_STEP_SUMMARY: summary}
    const words = [
      'drill',
      'run',
      join(folder, 'short.yaml'),
      '--ci',
      '--junit',
      junit,
      '--html',
      join(folder, 'short.yaml/x.html'),
    ]
    const {code, stdout, stderr} = await runProgram(words, {env: {...env, ...github}})
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^::error file=short\.yaml,line=28,col=\d+,title=netdrill drill%3A Short outage::api\.downtime < 1s was not met: it is /m,
    )
    expect(await readFile(summary, 'utf8')).toContain('❌ Short outage')
    expect(await readFile(junit, 'utf8')).toContain('<failure type="not-met"')
    expect(stderr).toContain('short.yaml/x.html can not be written')
  })

  it('passes, tells what happened on stderr and the result on stdout, and leaves a whole journal', async () => {
    const {code, stdout, stderr} = await run()
    expect(stderr).toMatch(/outage: in force/)
    expect(stdout).toMatch(/^PASS/m)
    expect(stdout).toMatch(/api\.recovery < 4s/)
    expect(code).toBe(0)
    const [path = ''] = await journals()
    expect(stdout).toContain(path)
    const journal = readJournal(path, await readFile(path, 'utf8'))
    expect(journal).toMatchObject({complete: true, cut: false})
    // eslint-disable-next-line no-control-regex -- looking for them
    expect(stdout + stderr).not.toMatch(/\u001B/)
  })

  it('prints one document with --json and nothing else on stdout', async () => {
    const {code, stdout} = await run('--json', '--seed', '7')
    const document = JSON.parse(stdout) as Record<string, unknown>
    expect(document).toMatchObject({schema: 'netdrill/drill/1', verdict: 'pass', exit: 0, run: {seed: 7}})
    expect(code).toBe(0)
  })

  it('fails when an expectation is not met, and says by how much', async () => {
    await drill(SHORT.replace('api.recovery < 4s', 'api.lost == 0'))
    const {code, stdout} = await run()
    expect(stdout).toMatch(/^FAIL/m)
    expect(stdout).toMatch(/api\.lost == 0.*it is \d+/)
    expect(code).toBe(1)
  })

  it('is inconclusive and breaks nothing when the service is sick before the fault', async () => {
    await drill(
      SHORT.replace('port: 7443, proxy: true}', 'port: 7443, proxy: true, options: {behaviour: reset}}'),
    )
    const {code, stdout, stderr} = await run()
    expect(stdout).toMatch(/^INCONCLUSIVE/m)
    expect(stdout).toContain('DRILL_BASELINE')
    expect(stderr).not.toMatch(/in force/)
    expect(code).toBe(3)
  })

  it('undoes everything and ends with 4 on SIGINT', async () => {
    const running = startProgram(['drill', 'run', join(folder, 'short.yaml')], {env})
    await running.waitFor(/outage: in force/)
    running.child.kill('SIGINT')
    const {code, stdout} = await running.result
    expect(stdout).toMatch(/^ABORTED/m)
    expect(code).toBe(4)
    const [path = ''] = await journals()
    const {events} = readJournal(path, await readFile(path, 'utf8'))
    expect(events.some((event) => event.type === 'fault-removed' && event.because === 'abort')).toBe(true)
  })

  it('is aborted by fault halt from another shell, and refused until the release', async () => {
    const running = startProgram(['drill', 'run', join(folder, 'short.yaml')], {env})
    await running.waitFor(/outage: in force/)
    const halted = await runProgram(['fault', 'halt', '--reason', 'a real outage'], {env})
    expect(halted.code).toBe(0)
    const {code, stdout, stderr} = await running.result
    expect(stdout).toMatch(/^ABORTED/m)
    expect(stderr).toContain('faults were halted: a real outage')
    expect(code).toBe(4)
    const refused = await run()
    expect(refused.stderr).toContain('FAULT_HALTED')
    expect(refused.code).toBe(7)
    expect((await runProgram(['fault', 'release'], {env})).code).toBe(0)
  })

  it('leaves a journal that can be read after kill -9', async () => {
    const running = startProgram(['drill', 'run', join(folder, 'short.yaml')], {env})
    await running.waitFor(/reconnecting/)
    running.child.kill('SIGKILL')
    await running.result
    const [path = ''] = await journals()
    const {events, complete} = readJournal(path, await readFile(path, 'utf8'))
    expect(complete).toBe(false)
    expect(events.some((event) => event.type === 'fault-applied')).toBe(true)
  })

  it('survives a reader that goes away', async () => {
    const running = startProgram(['drill', 'run', join(folder, 'short.yaml'), '--jsonl'], {env})
    running.child.stdout?.once('data', () => running.child.stdout?.destroy())
    const {code} = await running.result
    expect(code).toBe(0)
  })

  it.each([
    {name: 'a missing file', args: ['nowhere.yaml'], code: 'CONFIG_FILE', text: /no such file/},
    {name: 'a slip in a bundled name', args: ['dmo'], code: 'CONFIG_FILE', text: /did you mean "demo"/},
    {name: 'an unknown flag', args: ['demo', '--fats'], code: 'USAGE_INVALID', text: /--fats/},
    {name: 'no drill at all', args: [], code: 'USAGE_INVALID', text: /drill/},
  ])('ends with 2 and one clear message for $name', async ({args, code, text}) => {
    const result = await runProgram(['drill', 'run', ...args], {env})
    expect(result.code).toBe(2)
    expect(result.stderr).toMatch(text)
    expect(result.stderr).toContain(code)
    expect(result.stderr).not.toMatch(/\n\s+at /)
    expect(result.stdout).toBe('')
  })

  it('shows a mistake in the document at its line, with a caret', async () => {
    await drill(SHORT.replace('for: 2s', 'for: 2'))
    const {code, stderr} = await run()
    expect(stderr).toMatch(/short\.yaml:\d+:\d+: error CONFIG_INVALID: .*2 has no unit/)
    expect(stderr).toMatch(/\n\s+\|\s+\^/)
    expect(code).toBe(2)
  })
})

describe('drill run with programs that lie', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liar-'))
  })
  afterEach(async () => {
    await rm(folder, {recursive: true, force: true})
  })

  it('never passes when nft returns 0 and does nothing', async (context) => {
    if (process.getuid?.() !== 0) context.skip('needs root to build namespaces')
    await mkdir(join(folder, 'bin'))
    const nft = join(folder, 'bin/nft')
    // Answers the questions about its version and nothing else.
    await writeFile(
      nft,
      '#!/bin/sh\ncase "$*" in *-v*|*version*) echo "nftables v1.0.6 (Lester Gooch #5)";; *-j*) echo \'{"nftables": []}\';; esac\nexit 0\n',
    )
    await chmod(nft, 0o755)
    const env = {
      XDG_STATE_HOME: folder,
      XDG_RUNTIME_DIR: folder,
      HOME: folder,
      PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    }
    const {code, stdout, stderr} = await runProgram(['drill', 'run', 'partition'], {env})
    expect(stdout).not.toMatch(/^PASS/m)
    expect(`${stdout}${stderr}`).toMatch(/split/)
    expect(code).toBe(3)
  })
})
