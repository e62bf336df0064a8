import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type AddressInfo, type Server, createServer} from 'node:net'
import {once} from 'node:events'
import {spawn} from 'node:child_process'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import type {ProbeResult} from '../../../src/core/probe-result.ts'
import {probeResultSchema} from '../../../src/probes/result-schema.ts'
import {BIN, type ProgramOptions, requireBundle, runProgram, startProgram} from '../../support/program.ts'

const ESC = '\u001B'
let server: Server
let open: string
let closed: string

async function listen(greeting: string): Promise<Server> {
  const made = createServer((socket) => {
    socket.on('error', () => {})
    socket.write(greeting)
  })
  made.listen(0, '127.0.0.1')
  await once(made, 'listening')
  return made
}

beforeAll(async () => {
  requireBundle()
  server = await listen(`220 ${ESC}]0;owned\u0007mail${ESC}[31m ready\r\n`)
  open = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const other = await listen('')
  closed = `127.0.0.1:${(other.address() as AddressInfo).port}`
  other.close()
  await once(other, 'close')
})
afterAll(() => {
  server.close()
})

/** `~` stands for a space inside a word. */
const probe = async (line: string, options?: ProgramOptions) =>
  runProgram(['probe', ...line.split(' ').map((word) => word.replaceAll('~', ' '))], options)
/** Every document that a test looks at fits the published schema. */
const json = async (line: string): Promise<ProbeResult> => {
  const result = JSON.parse((await probe(`${line} --json`)).stdout) as ProbeResult
  expect(probeResultSchema.safeParse(result).error).toBeUndefined()
  return result
}

describe('exit codes of probe', () => {
  it.each<[string, number, string]>([
    ['an open port', 0, 'tcp OPEN'],
    ['a closed port', 1, 'tcp CLOSED'],
    ['a condition that is not met', 1, 'tcp OPEN -e rtt.p95~<~1us'],
    ['a failure that was expected', 0, 'tcp CLOSED -e code~==~TCP_REFUSED'],
    ['loss that is allowed', 0, 'tcp CLOSED -e loss~<=~100%'],
    ['two conditions before the target', 0, 'tcp -e ok~==~true -e rtt.max~<~5s OPEN'],
    ['a duration without unit', 2, 'tcp OPEN -t 5'],
    ['a target without port', 2, 'tcp 127.0.0.1'],
    ['a target of another kind', 2, 'tcp ping://127.0.0.1'],
    ['an unknown flag', 2, 'tcp OPEN --wait'],
    ['an unknown field', 2, 'tcp OPEN -e rtt.p42~<~1s'],
    ['a field of another kind', 2, 'tcp OPEN -e tls.days_left~>~1'],
    ['an unknown policy', 2, 'tcp OPEN -p tunel-client'],
    ['families that contradict', 2, 'tcp OPEN -6'],
    ['nagios: open', 0, 'tcp OPEN --exit-style nagios'],
    ['nagios: closed', 2, 'tcp CLOSED --exit-style nagios'],
    ['nagios: mistake', 3, 'tcp OPEN -t 5 --exit-style nagios'],
    ['ping style: none', 1, 'tcp CLOSED --exit-style ping'],
    ['ping style: mistake', 2, 'tcp OPEN -t 5 --exit-style ping'],
  ])('%s: %i', async (_, code, line) => {
    const result = await probe(line.replace('OPEN', open).replace('CLOSED', closed))
    expect(result).toMatchObject({code})
    const isMistake = result.stdout === ''
    expect(result.stderr === '').toBe(!isMistake)
    expect(result.stderr).not.toMatch(/\bat .*\.js:\d+/)
  })

  it('suggests what was probably meant', async () => {
    expect((await probe(`tcp ${open} -t 5`)).stderr).toContain('5 has no unit: write 5ms or 5s')
    expect((await probe(`tcp ${open} -p tunel-client`)).stderr).toContain('did you mean "tunnel-client"?')
    expect((await probe('ping 127.0.0.1:80')).stderr).toContain('tcp://127.0.0.1:80')
    expect((await probe(`tcp tls://${open}`)).stderr).toContain(`netdrill probe tls tls://${open}`)
  })
})

describe('what probe prints', () => {
  it('explains a failure: code, stage, whose fault, next steps', async () => {
    const {stdout} = await probe(`tcp ${closed}`)
    expect(stdout).toContain('FAILED  TCP_REFUSED: port closed')
    expect(stdout).toMatch(/stage connect, category network\.refused\n.*most likely the target/)
    expect(stdout).toContain('netdrill explain TCP_REFUSED')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  })

  it('neutralises escape sequences of the server, and has none of its own in a pipe', async () => {
    for (const mode of ['', ' --json', ' --jsonl']) {
      const {stdout, code} = await probe(`tcp ${open} --banner${mode}`)
      expect(code).toBe(0)
      expect(stdout).toContain('220 mail ready')
      expect(stdout).not.toContain(ESC)
    }
  })

  it.each<[string, Record<string, string>, string, boolean]>([
    ['FORCE_COLOR', {FORCE_COLOR: '1'}, '', true],
    ['NO_COLOR over FORCE_COLOR', {FORCE_COLOR: '1', NO_COLOR: '1'}, '', false],
    ['--no-color', {FORCE_COLOR: '1'}, ' --no-color', false],
  ])('colours: %s', async (_, env, flag, colored) => {
    const {stdout} = await probe(`tcp ${closed}${flag}`, {env})
    expect(stdout.includes(ESC)).toBe(colored)
  })

  it('gives a series its statistics', async () => {
    const {stdout} = await probe(`tcp ${open} -c 5 -i 20ms`)
    expect(stdout).toMatch(/5 sent, 5 received, 0% lost/)
    expect(stdout).toMatch(/p50 \d.*p90 \d.*p95 \d.*p99 \d/)
  })

  it('prints the end only with --quiet', async () => {
    expect((await probe(`tcp ${open} --quiet`)).stdout).toBe('')
    expect((await probe(`tcp ${closed} --quiet`)).stdout).toMatch(/^FAILED {2}TCP_REFUSED/)
  })

  it('gives one line with performance data to a monitoring system', async () => {
    const {stdout} = await probe(`tcp ${open} --exit-style nagios`)
    expect(stdout).toMatch(
      /^TCP OK - tcp 127\.0\.0\.1:\d+, rtt [\d.]+ ms, loss 0% \| rtt=[\d.]+ms;;;0 loss=0%;;;0;100 jitter=0ms;;;0\n$/,
    )
  })

  it('reads flags from the environment', async () => {
    const {stdout, code} = await probe(`tcp ${closed}`, {
      env: {NETDRILL_JSON: 'true', NETDRILL_COUNT: '2', NETDRILL_INTERVAL: '20ms'},
    })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({sent: 2})
  })
})

describe('probe --json', () => {
  it('is one document with numbers as numbers', async () => {
    const result = await json(`tcp ${open} -c 3 -i 20ms -e rtt.p95~<~5s`)
    expect(result).toMatchObject({
      schema: 'netdrill/probe/1',
      target: `tcp ${open}`,
      kind: 'tcp',
      ok: true,
      code: null,
      sent: 3,
      received: 3,
      loss: 0,
      family: 4,
      address: '127.0.0.1',
      verdict: 'pass',
      exit: 0,
      interrupted: false,
      expectations: [{condition: 'rtt.p95 < 5s', met: true}],
    })
    expect(result.samples.map(({status}) => status)).toEqual(['ok', 'ok', 'ok'])
    expect(result.rtt?.p95).toEqual(expect.any(Number))
  })

  it('tells a failure with everything that a program needs', async () => {
    expect(await json(`tcp ${closed}`)).toMatchObject({
      ok: false,
      code: 'TCP_REFUSED',
      stage: 'connect',
      category: 'network',
      blame: 'target',
      failure: {retry: 'ladder', cause: 'ECONNREFUSED'},
      failures: {TCP_REFUSED: 1},
      addresses: [{address: '127.0.0.1', status: 'failed'}],
      verdict: 'fail',
      exit: 1,
    })
  })

  it.each([
    'dns x.test --server CLOSED -t 500ms',
    'tls CLOSED',
    'http http://CLOSED/',
    'udp CLOSED',
    'ping 127.0.0.1',
  ])('fits its schema, whatever became of %s', async (line) => {
    expect((await json(line.replace('CLOSED', closed))).schema).toBe('netdrill/probe/1')
  })

  it('is a document for a mistake, too', async () => {
    const {stdout, stderr, code} = await probe(`tcp ${open} -t 5 --json`)
    expect(code).toBe(2)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({schema: 'netdrill/error/1', exit: 2})
  })

  it('streams every attempt of a policy, and calls a pass after a retry flaky', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'probe-'))
    await writeFile(
      join(folder, 'quick.yaml'),
      'max_attempts: 50\ninitial_delay_ms: 100\nmax_delay_ms: 200\nbackoff_multiplier: 2\n',
    )
    // Nothing listens until the first attempt has failed.
    const running = startProgram(['probe', 'tcp', closed, '-p', join(folder, 'quick.yaml'), '--jsonl'])
    await running.waitFor(/"attempt-scheduled"/)
    const late = createServer((socket) => socket.on('error', () => {}))
    late.listen(Number(closed.split(':')[1]), '127.0.0.1')
    const {stdout, code} = await running.result
    late.close()
    await rm(folder, {recursive: true})
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
    const attempts = events.filter((event) => event.type === 'attempt')
    expect(attempts.length).toBeGreaterThan(1)
    expect(attempts[0]?.failure?.code).toBe('TCP_REFUSED')
    expect(attempts.at(-1)?.failure).toBeNull()
    expect(events.at(0)?.type).toBe('run-started')
    expect(events.at(-1)?.type).toBe('run-ended')
    expect(code).toBe(0)
  })
})

describe('probe that is ended early', () => {
  it.each<['SIGINT' | 'SIGTERM', number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('sums up what was measured after %s and ends with %i', async (signal, code) => {
    const running = startProgram(['probe', 'tcp', open, '-c', '0', '-i', '50ms'])
    await running.waitFor(/ {2}2 {2}127/)
    running.child.kill(signal)
    const result = await running.result
    expect(result.code).toBe(code)
    expect(result.stdout).toMatch(/interrupted/)
    expect(result.stdout).toMatch(/\d+ sent, \d+ received/)
    expect(result.stderr).toBe('')
  })

  it('ends quietly when its reader goes away', async () => {
    const args = [BIN, 'probe', 'tcp', open, '-c', '0', '-i', '20ms']
    const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'pipe']})
    let stderr = ''
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString()
    })
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [code] = (await once(child, 'close')) as [number | null]
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })
})

describe('probe without the right to ping', () => {
  it('says what would help, without a stack trace', async (ctx) => {
    if (process.geteuid?.() !== 0) ctx.skip('needs root to become nobody')
    const env = {PATH: '/nonexistent', HOME: '/nonexistent'}
    const {code, stdout, stderr} = await probe('ping 127.0.0.1 -c 2', {uid: 65_534, env})
    expect(code).toBe(6)
    expect(stdout).toMatch(/NOT MEASURED.*ping_group_range.*CAP_NET_RAW.*no ping program/s)
    expect(stdout).toContain('sysctl -w net.ipv4.ping_group_range')
    expect(stderr).toBe('')
  })
})
