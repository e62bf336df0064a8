import {once} from 'node:events'
import {execFile} from 'node:child_process'
import {mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {type IncomingMessage, type Server, type ServerResponse, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {ProbeResult} from '../../../src/core/probe-result.ts'
import {type Issued, type Workshop, openWorkshop} from '../../support/certificates.ts'
import {requireBundle, startProgram} from '../../support/program.ts'
import {type Running, nodeTls, rawServer} from '../../support/tls-servers.ts'

/** What is done about a failure besides trying again, as a server that counts sees it. */
let server: Server
let folder: string
let base: string
let workshop: Workshop
let leaf: Issued
const asked: string[] = []

const tokenFile = (): string => join(folder, 'token')
const refreshLog = (): string => join(folder, 'refreshed')

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? ''
  asked.push(`${path} ${request.headers.authorization ?? ''}`.trim())
  if (path.startsWith('/token'))
    response.statusCode = request.headers.authorization === 'Bearer new' ? 200 : 401
  if (path.startsWith('/never')) response.statusCode = 401
  if (path.startsWith('/forbidden')) response.statusCode = 403
  // Every fourth answer is slow.
  const slow = path.startsWith('/slow') && countOf('/slow') % 4 === 0
  setTimeout(() => response.end('x'), slow ? 600 : 0)
}

const countOf = (head: string): number => asked.filter((each) => each.startsWith(head)).length

beforeAll(async () => {
  requireBundle()
  folder = await mkdtemp(join(tmpdir(), 'netdrill-strategies-'))
  workshop = await openWorkshop()
  leaf = await workshop.selfSigned({name: 'leaf', san: ['DNS:localhost'], key: 'rsa2048'})
  server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const refresh = `[/bin/sh, -c, 'echo once >> ${refreshLog()}; sleep 0.3; echo new > ${tokenFile()}']`
  await writeFile(
    join(folder, 'netdrill.yaml'),
    `
version: 1
policies:
  quick: {max_attempts: 4, initial_delay_ms: 20, jitter: none}
  fresh: {max_attempts: 5, initial_delay_ms: 60000, max_delay_ms: 60000, refresh: ${refresh}}
  stale: {max_attempts: 5, initial_delay_ms: 20, refresh: ['false']}
  useless: {max_attempts: 5, initial_delay_ms: 20, refresh: ['true']}
  hedged: {max_attempts: 1, timeout: 3s, hedge: {after: 60ms, share: 0.2}}
  adaptive: {max_attempts: 4, initial_delay_ms: 40, backoff_multiplier: 1, jitter: none, adaptive: {max_factor: 3}}
  steady: {max_attempts: 0, initial_delay_ms: 100, max_delay_ms: 100, jitter: none}
targets:
${['a', 'b', 'c', 'd'].map((name) => `  ${name}: {url: '${base}/token-${name}', bearer: 'file:${tokenFile()}', policy: fresh}`).join('\n')}
`,
  )
  await writeFile(tokenFile(), 'old\n')
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await workshop.remove()
  await rm(folder, {recursive: true})
})

function start(...args: readonly string[]): ReturnType<typeof startProgram> {
  return startProgram(args, {cwd: folder, timeout: 12_000})
}

async function probe(...args: readonly string[]): Promise<ProbeResult> {
  const {stdout, stderr} = await start('probe', ...args, '--json').result
  try {
    return JSON.parse(stdout) as ProbeResult
  } catch {
    throw new Error(stdout + stderr)
  }
}

const trailOf = (result: ProbeResult, by: string): readonly string[] =>
  result.trail.filter((step) => step.by === by).map(({text}) => text)

describe('an expired token', () => {
  it('is refreshed once for all targets that use it, and each is retried once', async () => {
    const {code, stdout} = await start('check', 'netdrill.yaml').result
    expect(code, stdout).toBe(0)
    expect(await readFile(refreshLog(), 'utf8')).toBe('once\n')
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(asked.filter((each) => each.startsWith(`/token-${name}`))).toEqual([
        `/token-${name} Bearer old`,
        `/token-${name} Bearer new`,
      ])
    }
  })

  it('is not shown again when the refresh failed', async () => {
    const result = await probe('http', `${base}/never-a`, '-p', 'stale')
    expect(countOf('/never-a')).toBe(1)
    expect(trailOf(result, 'refresh')).toEqual([expect.stringMatching(/^false ended with 1/)])
    expect(result).toMatchObject({ok: false, code: 'HTTP_UNAUTHORIZED'})
    expect(trailOf(result, 'stop')[0]).toContain('the refresh failed')
  })

  it('is shown exactly once more when the refreshed one is refused too', async () => {
    const result = await probe('http', `${base}/never-b`, '-p', 'useless')
    expect(countOf('/never-b')).toBe(2)
    expect(trailOf(result, 'refresh')).toHaveLength(1)
    expect(trailOf(result, 'stop')[0]).toContain('its one retry failed too')
  })

  it('is left alone when the server forbids', async () => {
    const result = await probe('http', `${base}/forbidden`, '-p', 'useless')
    expect(countOf('/forbidden')).toBe(1)
    expect(trailOf(result, 'refresh')).toEqual([])
  })
})

describe('a refused certificate', () => {
  it('is reported from its one connection', async () => {
    let connections = 0
    const running = await nodeTls({key: leaf.key, cert: leaf.certificate})
    const counting = await rawServer((socket) => {
      connections += 1
      void relay(socket, running.port)
    })
    try {
      const result = await probe('tls', `127.0.0.1:${counting.port}`, '--sni', 'localhost', '-p', 'quick')
      expect(result).toMatchObject({ok: false, category: 'authentication', attempts: 1})
      expect(trailOf(result, 'certificate')[0]).toMatch(
        /subject .*leaf.*valid 20.*this machine’s clock says 20.*sha256/,
      )
      expect(connections).toBe(1)
    } finally {
      await Promise.all([counting.stop(), running.stop()])
    }
  })
})

describe('a handshake that fails', () => {
  let old: Running

  beforeAll(async () => {
    const options = {minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0'} as const
    old = await nodeTls({key: leaf.key, cert: leaf.certificate, ...options})
  })
  afterAll(async () => old.stop())

  it('is followed by one look at the versions, and never by an older one that nobody allowed', async () => {
    const result = await probe('tls', `127.0.0.1:${old.port}`, '--sni', 'localhost', '-p', 'quick')
    expect(result).toMatchObject({ok: false, attempts: 4})
    expect(trailOf(result, 'protocols')).toEqual([
      expect.stringMatching(
        /TLSv1\.3 no .*TLSv1\.2 no .*TLSv1\.1 yes.*accepts TLSv1\.1.*nothing else was used/,
      ),
    ])
    expect(result.tls?.version ?? null).toBeNull()
  })
})

describe('a slow server', () => {
  it('is asked a second time for a share of the attempts only, and the faster answer counts', async () => {
    const result = await probe('http', `${base}/slow`, '-p', 'hedged', '-c', '20', '-i', '10ms')
    const hedges = trailOf(result, 'hedge')
    expect(result).toMatchObject({sent: 20, received: 20})
    expect(hedges.length).toBeGreaterThan(0)
    expect(hedges.some((text) => text.includes('and won'))).toBe(true)
    // A fifth of twenty.
    expect(hedges.length).toBeLessThanOrEqual(4)
    expect(countOf('/slow')).toBe(20 + hedges.length)
  })

  it('is asked once only for what may change something there', async () => {
    const result = await probe('http', `${base}/slow-post`, '-p', 'hedged', '--method', 'POST')
    expect(trailOf(result, 'hedge')).toEqual([expect.stringContaining('may change something')])
  })
})

describe('a policy that adapts', () => {
  it('prints the numbers in force at each step, and waits longer', async () => {
    const result = await probe('tcp', '127.0.0.1:1', '-p', 'adaptive')
    expect(trailOf(result, 'adaptive')).toEqual([
      expect.stringContaining('waits ×2.00 (1 of the last 1 failed)'),
      expect.stringContaining('waits ×3.00 (2 of the last 2 failed)'),
      expect.stringContaining('waits ×3.00 (3 of the last 3 failed)'),
      expect.stringContaining('waits ×3.00 (4 of the last 4 failed)'),
    ])
    // 80 + 120 + 120 ms instead of three times 40.
    expect(result.duration).toBeGreaterThanOrEqual(310)
  })
})

describe('a machine that runs out of files', () => {
  it('blames itself, pauses, and goes on when there are some again', async () => {
    const running = start('probe', 'tcp', '127.0.0.1:1', '-p', 'steady', '--jsonl')
    await running.waitFor(/"attempt":3,/)
    const pid = running.child.pid ?? 0
    const limit = async (files: number): Promise<void> => {
      await promisify(execFile)('prlimit', ['--pid', String(pid), `--nofile=${files}:4096`])
    }
    const open = new Set((await readdir(`/proc/${pid}/fd`)).map(Number))
    // A descriptor takes the lowest free number, which now is beyond the limit.
    await limit([...Array(1000).keys()].find((number) => !open.has(number)) ?? 0)
    await running.waitFor(/LOCAL_FILES_EXHAUSTED.*\n(.*\n)*.*"strategy":"shortage"/)
    await running.waitFor(/"code":"LOCAL_SHORTAGE"/)
    await limit(1024)
    await running.waitFor(/LOCAL_SHORTAGE(.*\n)+.*TCP_REFUSED/)
    running.child.kill('SIGINT')
    const {stdout} = await running.result
    expect(stdout).toContain('"category":"resource","detail":"local"')
  })
})

async function relay(socket: import('node:net').Socket, port: number): Promise<void> {
  const {connect} = await import('node:net')
  const upstream = connect(port, '127.0.0.1')
  upstream.on('error', () => socket.destroy())
  socket.on('close', () => upstream.destroy())
  socket.pipe(upstream).pipe(socket)
}
