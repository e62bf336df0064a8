import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {type IncomingMessage, type Server, createServer} from 'node:http'
import {type Socket, createServer as createTcpServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {type RunningProgram, startProgram} from '../../support/program.ts'

interface Message {
  readonly status: string
  readonly receiver: string
  readonly text: string
  readonly alerts: readonly {
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
    readonly fingerprint: string
  }[]
}

let folder: string
let running: RunningProgram | null = null
let closing: (() => Promise<void>)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alerts-'))
})
afterEach(async () => {
  running?.child.kill('SIGTERM')
  await running?.result
  running = null
  for (const close of closing) await close()
  closing = []
  await rm(folder, {recursive: true, force: true})
})

/** A receiver that keeps what it gets; `refuse` first messages are answered with 503. */
async function receiver(
  refuse = 0,
): Promise<{url: string; messages: Message[]; headers: IncomingMessage['headers'][]}> {
  const messages: Message[] = []
  const headers: IncomingMessage['headers'][] = []
  let seen = 0
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      seen += 1
      if (seen <= refuse) {
        response.writeHead(503).end()
        return
      }
      headers.push(request.headers)
      messages.push(JSON.parse(body) as Message)
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => new Promise((resolve) => server.close(() => resolve())))
  const {port} = server.address() as {port: number}
  return {url: `http://127.0.0.1:${port}/hook`, messages, headers}
}

/** A port that can be closed and opened again. */
async function openPort(port = 0): Promise<{port: number; close: () => Promise<void>}> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  closing.push(close)
  return {port: (server.address() as {port: number}).port, close}
}

async function watch(lines: readonly string[], env: Record<string, string> = {}): Promise<RunningProgram> {
  const file = join(folder, 'net.yaml')
  await writeFile(
    file,
    `${['version: 1', 'defaults: {interval: 100ms, timeout: 90ms}', ...lines].join('\n')}\n`,
  )
  running = startProgram(['monitor', file, '--plain', '--journal', folder], {env})
  return running
}

describe('an outage', () => {
  it('is told once by webhook and once by command, and so is its end; both survive a receiver that fails at first', async () => {
    const {url, messages, headers} = await receiver(1)
    const target = await openPort()
    const log = join(folder, 'told')
    const program = await watch(
      [
        'targets:',
        `  api: tcp://127.0.0.1:${target.port}`,
        'alerts:',
        '  interval: 100ms',
        '  rules:',
        '    - {name: Down, condition: netdrill_consecutive_failures > 2, severity: critical, for: 300ms, annotations: {summary: "{{ $labels.target }} is gone"}}',
        'notify:',
        '  hook: {webhook: "${HOOK}", headers: {Authorization: "Bearer ${TOKEN}"}, wait: 200ms, interval: 0s, policy: quick}',
        `  desk: {command: [sh, -c, 'echo "$NETDRILL_NOTIFY_STATUS $0" >> "${log}"', "{text}"], wait: 200ms, interval: 0s}`,
        '  missing: {command: [/nonexistent/program], wait: 0s}',
        'policies:',
        '  quick: {timeout: 2s, retry: {immediate: {attempts: 3, interval: 200ms}, gradual: {attempts: 0}, persistent: {enabled: false}, jitter: none}}',
      ],
      {HOOK: url, TOKEN: 'geheim-1234'},
    )
    await program.waitFor(/api: connecting → connected/)
    await target.close()
    await program.waitFor(/hook: told: FIRING Down/)
    await openPort(target.port)
    await program.waitFor(/hook: told: RESOLVED Down/)
    await program.waitFor(/desk: told: RESOLVED Down/)
    program.child.kill('SIGINT')
    const {stderr, code} = await program.result
    expect(code).toBe(130)
    expect(messages.map(({status, text}) => `${status} ${text}`)).toEqual([
      'firing FIRING Down{target="api",severity="critical"}: api is gone',
      'resolved RESOLVED Down{target="api",severity="critical"}: api is gone',
    ])
    expect(messages[0]?.alerts[0]).toMatchObject({
      status: 'firing',
      labels: {alertname: 'Down', target: 'api', severity: 'critical'},
      annotations: {summary: 'api is gone'},
    })
    expect(new Set(messages.map(({alerts}) => alerts[0]?.fingerprint)).size).toBe(1)
    expect(headers[0]?.authorization).toBe('Bearer geheim-1234')
    expect(await readFile(log, 'utf8')).toBe(
      'firing FIRING Down{target="api",severity="critical"}: api is gone\n' +
        'resolved RESOLVED Down{target="api",severity="critical"}: api is gone\n',
    )
    expect(stderr).toMatch(/Down\{target="api",severity="critical"\}: alert pending, value 3/)
    expect(stderr).toMatch(/alert firing after \d+/)
    expect(stderr).toMatch(/missing: could not be told after one attempt, NOTIFY_NO_COMMAND/)
    const journal = /journal: (.*)/.exec(stderr)?.[1] ?? ''
    const kept = await readFile(journal, 'utf8')
    expect(`${stderr}${kept}`).not.toContain('geheim-1234')
    expect(kept).toMatch(
      /"type":"alert","rule":"Down","labels":\{"target":"api","severity":"critical"\},"state":"firing"/,
    )
    expect(kept).toMatch(/"type":"notified","receiver":"hook"/)
  }, 30_000)

  it('of many targets at once is one message', async () => {
    const {url, messages} = await receiver()
    const ports = await Promise.all(Array.from({length: 12}, async () => openPort()))
    const program = await watch([
      'targets:',
      ...ports.map(({port}, index) => `  t${index}: tcp://127.0.0.1:${port}`),
      'notify:',
      `  hook: {webhook: "${url}", on: [targets], wait: 1s, repeat: never}`,
    ])
    for (let index = 0; index < ports.length; index++)
      await program.waitFor(new RegExp(`t${index}: connecting → connected`))
    await Promise.all(ports.map(async ({close}) => close()))
    await program.waitFor(/hook: told:/)
    program.child.kill('SIGINT')
    await program.result
    expect(messages).toHaveLength(1)
    expect(messages[0]?.alerts.map(({labels}) => labels['alertname'])).toContain('OwnNetworkSuspected')
  }, 30_000)
})

/** Counts who comes, answers with 403 or says nothing and closes. */
async function refusing(answer: '403' | 'close'): Promise<{port: number; count: () => number}> {
  let count = 0
  const server = createTcpServer((socket) => {
    count += 1
    socket.on('error', () => undefined)
    if (answer === 'close') socket.destroy()
    else
      socket.once('data', () =>
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => new Promise((resolve) => server.close(() => resolve())))
  return {port: (server.address() as {port: number}).port, count: () => count}
}

describe('a ladder that is over', () => {
  it('is told once: after its last attempt, and at once where credentials are refused', async () => {
    const {url, messages} = await receiver()
    const [forbidden, dropping] = [await refusing('403'), await refusing('close')]
    const program = await watch([
      'targets:',
      `  locked: {url: "http://127.0.0.1:${forbidden.port}/", policy: short, interval: 20s, timeout: 1s}`,
      `  dropped: {url: "tcp://127.0.0.1:${dropping.port}", policy: short, interval: 20s, timeout: 1s}`,
      'policies:',
      '  short: {extends: bonding-app, max_attempts: 3, retry: {immediate: {attempts: 5, interval: 100ms}, gradual: {attempts: 0}, jitter: none}}',
      'notify:',
      `  hook: {webhook: "${url}", on: [exhausted], wait: 1s, repeat: never}`,
    ])
    await program.waitFor(/hook: told:/)
    program.child.kill('SIGINT')
    await program.result
    expect(messages).toHaveLength(1)
    const about = (messages[0]?.alerts ?? []).map(({labels}) => `${labels['alertname']} ${labels['target']}`)
    expect(about.toSorted()).toEqual(['TargetGivenUp dropped', 'TargetGivenUp locked'])
    const journal = /journal: (.*)/.exec((await program.result).stderr)?.[1] ?? ''
    const attempts = (await readFile(journal, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as {type: string; target?: string; failure?: {category: string} | null})
      // What a busy machine cut short itself says nothing about the target.
      .filter(({type, failure}) => type === 'attempt' && failure?.category !== 'observer')
      .map(({target}) => target)
    expect(attempts.filter((target) => target === 'locked')).toHaveLength(1)
    const tried = attempts.filter((target) => target === 'dropped').length
    expect(tried).toBeGreaterThan(0)
    expect(tried).toBeLessThanOrEqual(3)
    // Connections are counted as well, with room for samples and for what was cut short.
    expect(dropping.count()).toBeLessThanOrEqual(12)
    expect(forbidden.count()).toBeLessThanOrEqual(8)
  }, 30_000)
})

describe('alerts that are read again', () => {
  it('keep their state, and a mistake changes nothing', async () => {
    const rule = '  - {name: Down, condition: netdrill_consecutive_failures > 2}'
    const program = await watch(['targets:', '  gone: tcp://127.0.0.1:1', 'alerts:', rule])
    await program.waitFor(/Down\{target="gone"\}: alert firing/)
    const file = join(folder, 'net.yaml')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('consecutive_failures', 'nonsense'))
    program.child.kill('SIGHUP')
    await program.waitFor(/not read again: .*net\.yaml:6:\d+: a watch has no series netdrill_nonsense/)
    await writeFile(file, `${text}  - {name: More, condition: netdrill_errors_total > 0}\n`)
    program.child.kill('SIGHUP')
    await program.waitFor(/More\{target="gone"\}: alert firing/)
    program.child.kill('SIGINT')
    const {stderr} = await program.result
    expect(stderr.match(/Down\{target="gone"\}: alert/g)).toHaveLength(1)
  }, 30_000)
})
