import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {type AddressInfo, type Server, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CheckResult} from '../../../src/core/check-result.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import {CHECK_REPORTS} from '../../../src/reporters/check/registry.ts'
import {type ProgramOptions, requireBundle, runProgram, startProgram} from '../../support/program.ts'

let server: Server
let folder: string
/** A port that something listens on, one that nothing does. */
let open: number
let closed: number

const listen = async (port = 0): Promise<Server> =>
  new Promise((resolve) => {
    const made = createServer((socket) => socket.on('error', () => {}))
    made.listen(port, '127.0.0.1', () => resolve(made))
  })
const portOf = (one: Server): number => (one.address() as AddressInfo).port

beforeAll(async () => {
  requireBundle()
  server = await listen()
  open = portOf(server)
  const gone = await listen()
  closed = portOf(gone)
  await new Promise((resolve) => gone.close(resolve))
  folder = mkdtempSync(join(tmpdir(), 'netdrill-check-'))
})
afterAll(() => {
  server.close()
  rmSync(folder, {recursive: true})
})

let documents = 0
function write(targets: string, head = ''): string {
  const file = `n${++documents}.yaml`
  writeFileSync(join(folder, file), `version: 1\n${head}targets:\n${targets}`)
  return file
}
const QUIET = {GITHUB_ACTIONS: undefined, GITHUB_STEP_SUMMARY: undefined, GITHUB_WORKSPACE: undefined}
const check = async (args: readonly string[], options: ProgramOptions = {}) =>
  runProgram(['check', ...args], {cwd: folder, ...options, env: {...QUIET, ...options.env}})
const target = (name: string, port: number, more = ''): string =>
  `  ${name}: {url: "tcp://127.0.0.1:${port}"${more}}\n`

describe('check', () => {
  it('gives one verdict over all targets, in the order of the document', async () => {
    const file = write(
      target('b', open) +
        target('a', closed, ', expect: closed') +
        target('c', open, ', count: 3, interval: 20ms'),
    )
    const {code, stdout, stderr} = await check([file, '--json'])
    const result = JSON.parse(stdout) as CheckResult
    expect(result).toMatchObject({schema: 'netdrill/check/1', verdict: 'pass', exit: 0, files: [file]})
    expect(result.targets.map(({name, verdict}) => [name, verdict])).toEqual([
      ['b', 'pass'],
      ['a', 'pass'],
      ['c', 'pass'],
    ])
    expect(result.targets[2]?.result.sent).toBe(3)
    expect([code, stderr]).toEqual([0, ''])
  })

  it('says in words what failed, fits 80 columns and uses no colours in a pipe', async () => {
    const {code, stdout} = await check([write(target('up', open) + target('down', closed))])
    expect(stdout).toMatch(/^✓ pass +up /m)
    expect(stdout).toMatch(/^✗ FAIL +down .*\n +TCP_REFUSED: .*\n +→ /m)
    expect(stdout).toMatch(/^FAIL 1 of 2 targets passed, 1 failed, in /m)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(stdout).not.toContain('\u001B')
    expect(code).toBe(1)
  })

  it('reads standard input, netdrill.yaml by default, and several documents', async () => {
    const file = write(target('one', open))
    writeFileSync(join(folder, 'netdrill.yaml'), `version: 1\ntargets:\n${target('own', open)}`)
    const own = JSON.parse((await check(['--json'])).stdout) as CheckResult
    expect(own.targets.map(({name}) => name)).toEqual(['own'])
    const both = JSON.parse((await check([file, 'netdrill.yaml', '--json'])).stdout) as CheckResult
    expect(both.targets.map(({name}) => name)).toEqual(['one', 'own'])
    // The harness gives no input: that is an empty document.
    const {code, stderr} = await check(['-'])
    expect(code).toBe(2)
    expect(stderr).toContain('CONFIG_EMPTY')
  })

  it('chooses by name and tag, and refuses names that nothing has', async () => {
    const file = write(target('a', closed, ', tags: [x]') + target('b', open, ', tags: [y]'))
    expect((await check([file, '--only', 'b'])).code).toBe(0)
    expect((await check([file, '--tag', 'x'])).code).toBe(1)
    const {code, stderr} = await check([file, '--tag', 'z'])
    expect(code).toBe(2)
    expect(stderr).toContain('there is no target with the tag "z"')
  })

  it.each([
    ['expect: ["rtt.p95 < 50"]', ':3:', 'CONFIG_CONDITION'],
    ['expect: ["tls.days_left > 3"]', ':3:', 'CONFIG_CONDITION'],
    ['retries: 3', ':3:', 'CONFIG_UNKNOWN_KEY'],
    ['policy: nope', ':3:', 'POLICY_UNKNOWN'],
  ])('refuses %s at its place before anything is sent', async (more, place, code) => {
    const file = write(target('a', open, `, ${more}`))
    const result = await check([file])
    expect(result.code).toBe(2)
    expect(result.stdout).toBe('')
    expect(result.stderr).toContain(`${file}${place}`)
    expect(result.stderr).toContain(code)
    const monitor = await check([file, '--nagios'])
    expect([monitor.code, monitor.stdout.split(' - ')[0]]).toEqual([3, 'NETDRILL UNKNOWN'])
  })

  it('keeps a secret that comes from a file out of every output, in included documents too', async () => {
    writeFileSync(join(folder, 'secret'), 'hidden-name.invalid\n')
    writeFileSync(join(folder, 'part.yaml'), 'version: 1\ntargets: {b: "tcp://${file:secret}:1"}\n')
    const file = write(target('a', closed, ', expect: closed'), 'include: [part.yaml]\n')
    const reports = Object.keys(CHECK_REPORTS).flatMap((name) => [`--${name}`, `secret.${name}`])
    const outputs = await Promise.all([
      check([file, ...reports], {env: {GITHUB_ACTIONS: 'true'}}),
      ...['--json', '--jsonl', '--nagios', '--verbose'].map(async (flag) => check([file, flag])),
    ])
    const written = Object.keys(CHECK_REPORTS).map((name) =>
      readFileSync(join(folder, `secret.${name}`), 'utf8'),
    )
    const texts = [...outputs.flatMap(({stdout, stderr}) => [stdout, stderr]), ...written]
    expect(texts.filter((text) => text.includes('hidden-name'))).toEqual([])
    expect(texts.filter((text) => text.includes('[redacted]')).length).toBeGreaterThan(4)
  })

  it('wants --wait beside --passes', async () => {
    const {code, stderr} = await check([write(target('a', open)), '--passes', '2'])
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'error USAGE_INVALID: --passes means something with --wait only',
    ])
  })

  it('streams events that end with the verdict', async () => {
    const {stdout} = await check([write(target('a', closed)), '--jsonl'])
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
    expect(events[0]?.type).toBe('run-started')
    expect(events.at(-1)?.type).toBe('run-ended')
    expect(events.find(({type}) => type === 'target-judged')).toMatchObject({
      target: 'a',
      verdict: 'fail',
      reason: {code: 'TCP_REFUSED'},
    })
  })
})

describe('check with reports', () => {
  it('writes all of them at once, readable for others, and keeps stdout', async () => {
    const file = write(target('a', open))
    const names = Object.keys(CHECK_REPORTS)
    const {code, stdout} = await check([
      file,
      '--json',
      ...names.flatMap((name) => [`--${name}`, `out/${name}.txt`]),
    ])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({verdict: 'pass'})
    const texts = names.map((name) => readFileSync(join(folder, 'out', `${name}.txt`), 'utf8'))
    expect(texts.every((text) => text.includes('127.0.0.1'))).toBe(true)
  })

  it('never passes when a report could not be written', async () => {
    const file = write(target('a', open))
    const {code, stderr} = await check([file, '--junit', `${file}/x.xml`])
    expect(code).toBe(2)
    expect(stderr).toContain('can not be written')
  })

  it('annotates the line of the failing condition in a GitHub job, and adds a summary', async () => {
    const file = write(
      `  a:\n    url: tcp://127.0.0.1:${open}\n    expect:\n      - ok == true\n      - rtt.p95 < 1us\n`,
    )
    const env = {
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      GITHUB_WORKSPACE: join(folder, '..'),
    }
    const {code, stdout} = await check([file], {env})
    expect(code).toBe(1)
    const path = `${folder.split('/').at(-1)}/${file}`
    expect(stdout).toContain(`::error file=${path},line=7,col=9,title=netdrill check%3A a::EXPECT_MISMATCH`)
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('## netdrill check: fail')
    const json = await check([file, '--json'], {env})
    expect(JSON.parse(json.stdout)).toMatchObject({exit: 1})
    expect(json.stderr).toContain('::error file=')
  })

  it('keeps values of the environment out of every output', async () => {
    const file = write('  a: {url: "tcp://${SECRET}.invalid:1", tags: [x]}\n')
    const env = {
      SECRET: 'hunter2hunter2',
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: join(folder, 'secret.md'),
    }
    const reports = Object.keys(CHECK_REPORTS).flatMap((name) => [`--${name}`, `secret.${name}`])
    for (const mode of [[], ['--json'], ['--jsonl'], ['--nagios'], ['--verbose']]) {
      const {code, stdout, stderr} = await check([file, ...mode, ...reports], {env})
      expect(code).toBeGreaterThan(0)
      expect(stdout + stderr).not.toContain('hunter2')
      expect(stdout.length).toBeGreaterThan(0)
    }
    const written = [...Object.keys(CHECK_REPORTS), 'md'].map((name) =>
      readFileSync(join(folder, `secret.${name}`), 'utf8'),
    )
    expect(written.join('')).toContain('[redacted]')
    expect(written.join('')).not.toContain('hunter2')
  })
})

describe('check --wait', () => {
  it('passes once the service is there', async () => {
    const file = write(target('late', closed))
    const running = startProgram(['check', file, '--wait', '30s'], {cwd: folder, env: QUIET})
    await running.waitFor(/waiting for late, .* left: TCP_REFUSED/)
    const late = await listen(closed)
    const {code, stdout} = await running.result
    await new Promise((resolve) => late.close(resolve))
    expect(code).toBe(0)
    expect(stdout).toMatch(/✓ pass +late[^\n]*\n +probed \d+ times/)
  })

  it('gives up with the last reason', async () => {
    const {code, stdout} = await check([write(target('never', closed)), '--wait', '1s'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/FAIL +never[^\n]*\n +TCP_REFUSED/)
  })
})

describe('check with a policy', () => {
  it.each([
    [[], 0],
    [['--fail-on-flaky'], 1],
  ])('calls a pass after a retry flaky; %j ends with %i', async (flags, code) => {
    const file = write(target('late', closed, ', policy: default'))
    const running = startProgram(['check', file, '--jsonl', ...flags], {cwd: folder, env: QUIET})
    await running.waitFor(/"attempt-scheduled"/)
    const late = await listen(closed)
    const result = await running.result
    await new Promise((resolve) => late.close(resolve))
    expect(result.stdout).toMatch(/"target-judged".*"flaky":true/)
    expect(result.code).toBe(code)
  })
})

describe('check that is ended early', () => {
  it('reports what was measured and ends with 130', async () => {
    const file = write(target('done', open) + target('long', open, ', count: 1000, interval: 1s'))
    const running = startProgram(['check', file, '--junit', 'stopped.xml'], {cwd: folder, env: QUIET})
    await running.waitFor(/pass +done/)
    running.child.kill('SIGINT')
    const {code, stdout} = await running.result
    expect(code).toBe(130)
    expect(stdout).toMatch(/■ stop +long/)
    expect(stdout).toMatch(/^INTERRUPTED 1 of 2/m)
    expect(existsSync(join(folder, 'stopped.xml'))).toBe(true)
  })
})

describe('check without the right to ping', () => {
  it.for([
    ['ends with 6', '', 6],
    ['ends with 1 when something else failed', 'down', 1],
  ] as const)('%s', async ([, also, code], ctx) => {
    if (process.geteuid?.() !== 0) ctx.skip('needs root to become nobody')
    const text = `version: 1\ntargets:\n  p: ping://127.0.0.1\n${also === '' ? '' : target(also, closed)}`
    const file = join(tmpdir(), `netdrill-nobody-${process.pid}-${code}.yaml`)
    writeFileSync(file, text, {mode: 0o644})
    const env = {...QUIET, PATH: '/nonexistent', HOME: '/nonexistent'}
    const result = await runProgram(['check', file], {uid: 65_534, env})
    rmSync(file)
    expect(result.code).toBe(code)
    expect(result.stdout).toMatch(/○ skip +p/)
  })
})

describe('init and schema', () => {
  it('write a document that passes, and never replace one unasked', async () => {
    const file = join(folder, 'started.yaml')
    const run = async (...args: readonly string[]) => runProgram(args, {cwd: folder, env: QUIET})
    expect((await run('init', file)).code).toBe(0)
    const text = readFileSync(file, 'utf8')
    expect((await run('drill', 'validate', file)).stderr).toContain('no drill section')
    writeFileSync(file, 'mine')
    expect((await run('init', file)).code).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await run('init', file, '--force')).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe(text)
    const checked = await run('check', file, '--only', 'nothing-listens', '--json')
    expect(checked.stderr).toBe('')
    expect(JSON.parse(checked.stdout)).toMatchObject({verdict: 'pass'})
  })

  it('print the schema that is published', async () => {
    const {stdout} = await runProgram(['schema'])
    const published = readFileSync(new URL('../../../schemas/netdrill.json', import.meta.url), 'utf8')
    expect(JSON.parse(stdout)).toEqual(JSON.parse(published))
    expect((await runProgram(['schema', 'jurnal'])).code).toBe(2)
  })
})

describe('a malformed document', () => {
  const CORPUS = fileURLToPath(new URL('../../fixtures/config/malformed/', import.meta.url))
  it.each([
    ['syntax/tab-indent', 'CONFIG_SYNTAX', ':3:1:'],
    ['syntax/unclosed-quote', 'CONFIG_SYNTAX', ':3:8:'],
    ['files/binary', 'CONFIG_SYNTAX', ':1:1:'],
    ['files/bomb', 'CONFIG_SYNTAX', ':3:8:'],
    ['files/deep-nesting', 'CONFIG_SYNTAX', ':2:210:'],
    ['files/latin-1', 'CONFIG_SYNTAX', ':2:11:'],
    ['keys/target-near', 'CONFIG_UNKNOWN_KEY', ':3:37:'],
    ['quantities/bare-timeout', 'CONFIG_INVALID', ':3:46:'],
    ['conditions/unknown-field', 'CONFIG_CONDITION', ':6:9:'],
    ['references/policy-unknown', 'POLICY_UNKNOWN', ':3:45:'],
    ['urls/port-missing', 'USAGE_INVALID', ':3:8:'],
  ])('%s ends with exit code 2 and %s at its place', async (name, code, place) => {
    const result = await check([join(CORPUS, `${name}.yaml`)])
    expect([result.code, result.stdout]).toEqual([2, ''])
    expect(result.stderr.split('\n')[0]).toContain(`${name}.yaml${place} error ${code}: `)
    expect(result.stderr).not.toMatch(/\n\s+at .*\.js:/)
  })
})
