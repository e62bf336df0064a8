import {once} from 'node:events'
import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {type IncomingMessage, type Server, type ServerResponse, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {requireBundle, runProgram, startProgram} from '../../support/program.ts'

/** What naive retry code gets wrong, seen by a server that records when it is asked. */
const DOCUMENT = `
version: 1
policies:
  two: {max_attempts: 2, initial_delay_ms: 2000, jitter: none}
  three: {max_attempts: 3, initial_delay_ms: 100, backoff_multiplier: 1, jitter: none}
  retries: {retries: 3, initial_delay_ms: 50, backoff_multiplier: 1, jitter: none}
  patient: {max_attempts: 5, initial_delay_ms: 60000, max_delay_ms: 60000}
  capped: {max_attempts: 2, initial_delay_ms: 10, max_retry_after: 400ms}
  breaker:
    max_attempts: 6
    initial_delay_ms: 50
    backoff_multiplier: 1
    jitter: none
    breaker: {failures: 3, open: 600ms, max_open: 5s}
  thrifty: {max_attempts: 20, initial_delay_ms: 10, budget: {ratio: 0, burst: 2, min_per_second: 0}}
  paced: {max_attempts: 6, initial_delay_ms: 1, max_delay_ms: 1, peer_rate: {per_second: 5, burst: 1}}
  isolated: {breaker: isolated}
`

interface Asked {
  readonly path: string
  readonly at: number
}

let server: Server
let folder: string
let base: string
const asked: Asked[] = []

function answer(request: IncomingMessage, response: ServerResponse): void {
  asked.push({path: request.url ?? '', at: performance.now()})
  const path = request.url ?? ''
  if (path.startsWith('/forbidden')) response.statusCode = 403
  else if (path.startsWith('/slow')) {
    // Answers long after the attempt has timed out.
    setTimeout(() => response.socket?.resetAndDestroy(), 400).unref()
    return
  } else response.statusCode = path.startsWith('/fine') ? 200 : 503
  const wait = /wait=(\d+)/.exec(path)
  if (wait?.[1] !== undefined) response.setHeader('retry-after', wait[1])
  response.end('x')
}

beforeAll(async () => {
  requireBundle()
  folder = await mkdtemp(join(tmpdir(), 'netdrill-ladder-'))
  await writeFile(join(folder, 'netdrill.yaml'), DOCUMENT)
  server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, {recursive: true})
})

function gapsOf(path: string): readonly number[] {
  const times = asked.filter((each) => each.path === path).map(({at}) => at)
  return times.slice(1).map((at, n) => at - (times[n] ?? 0))
}

function start(path: string, policy: string, ...more: readonly string[]): ReturnType<typeof startProgram> {
  return startProgram(['probe', 'http', `${base}${path}`, '-p', policy, ...more], {
    cwd: folder,
    env: {NODE_OPTIONS: '--unhandled-rejections=strict'},
    timeout: 20_000,
  })
}

describe('a ladder, as the server sees it', () => {
  it('R10: counts the first attempt in max_attempts, and not in retries', async () => {
    await Promise.all([start('/a', 'three').result, start('/b', 'retries').result])
    expect(gapsOf('/a')).toHaveLength(2)
    expect(gapsOf('/b')).toHaveLength(3)
  })

  it('R11: has no wait behind the last attempt', async () => {
    const {stdout} = await start('/last', 'two', '--json').result
    const {duration} = JSON.parse(stdout) as {duration: number}
    expect(gapsOf('/last')).toHaveLength(1)
    expect(duration).toBeGreaterThanOrEqual(1990)
    // With a wait behind the second attempt it would be four seconds.
    expect(duration).toBeLessThan(3900)
  })

  it('R2, R3: ends at once when it is interrupted in a wait, and asks no more', async () => {
    const running = start('/patient', 'patient')
    await running.waitFor(/attempt 2/)
    const at = performance.now()
    running.child.kill('SIGINT')
    const {code} = await running.result
    expect(performance.now() - at).toBeLessThan(3000)
    expect(code).not.toBe(0)
    expect(gapsOf('/patient')).toHaveLength(0)
  })

  it('R4: leaves no timer behind a success', async () => {
    const running = start('/fine', 'patient')
    await running.waitFor(/total/)
    const at = performance.now()
    expect((await running.result).code).toBe(0)
    expect(performance.now() - at).toBeLessThan(3000)
  })

  it('R5: stays quiet when a server resets long after the attempt', async () => {
    const {stderr} = await start('/slow', 'three', '-t', '150ms').result
    expect(stderr).toBe('')
    expect(gapsOf('/slow')).toHaveLength(2)
  })

  it('R6: does not show a refusal for good again', async () => {
    await start('/forbidden', 'three').result
    expect(gapsOf('/forbidden')).toHaveLength(0)
  })

  it('R7: waits as long as the server asks, up to its own limit', async () => {
    const [, capped] = await Promise.all([
      start('/obeyed?wait=1', 'three', '--json').result,
      start('/capped?wait=86400', 'capped').result,
    ])
    expect(Math.min(...gapsOf('/obeyed?wait=1'))).toBeGreaterThanOrEqual(990)
    expect(gapsOf('/capped?wait=86400')[0]).toBeGreaterThanOrEqual(390)
    expect(gapsOf('/capped?wait=86400')[0]).toBeLessThan(10_000)
    expect(capped.code).toBe(1)
  })

  it('R8: keeps the rate of a host, and the budget of retries', async () => {
    const [, thrifty] = await Promise.all([
      start('/paced', 'paced').result,
      start('/thrifty', 'thrifty').result,
    ])
    expect(gapsOf('/paced')).toHaveLength(5)
    // The first request is sent late, since its modules are still loaded then.
    expect(Math.min(...gapsOf('/paced').slice(1))).toBeGreaterThan(120)
    expect(gapsOf('/thrifty')).toHaveLength(2)
    expect(thrifty.stdout).toContain('RETRY_BUDGET')
  })

  it('is left alone while the breaker is open', async () => {
    const {stdout} = await start('/breaker', 'breaker').result
    const gaps = gapsOf('/breaker')
    expect(gaps).toHaveLength(5)
    expect(gaps[2]).toBeGreaterThanOrEqual(500)
    expect(gaps[3]).toBeGreaterThanOrEqual(1100)
    expect(stdout).toContain('BREAKER_OPEN')
  })

  it('is not asked at all when isolated', async () => {
    const {stdout, code} = await start('/isolated', 'isolated', '--json').result
    expect(JSON.parse(stdout)).toMatchObject({skip: {code: 'BREAKER_ISOLATED'}, ok: false})
    expect(asked.filter(({path}) => path === '/isolated')).toEqual([])
    expect(code).not.toBe(0)
  })

  it('R13: stays finite for thousands of attempts', async () => {
    const {stdout} = await runProgram(['policy', 'show', 'default', '--attempts', '5000', '--json'])
    expect(stdout).not.toMatch(/NaN|Infinity/)
    expect(JSON.parse(stdout)).toBeTruthy()
  })

  it('R16: keeps no descriptor of a failed attempt', async () => {
    const open = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length
    await writeFile(
      join(folder, 'many.yaml'),
      'max_attempts: 400\ninitial_delay_ms: 1\nmax_delay_ms: 1\nbackoff_multiplier: 1\n',
    )
    const many = start('/many', './many.yaml')
    await many.waitFor(/attempt 50 /)
    const before = await open(many.child.pid ?? 0)
    await many.waitFor(/attempt 350 /)
    const after = await open(many.child.pid ?? 0)
    const {stderr} = await many.result
    expect(after - before).toBeLessThan(10)
    expect(stderr).not.toContain('MaxListeners')
  })
})
