import {execFileSync, spawn} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {type RunningProgram, runProgram, startProgram} from '../../support/program.ts'

let folder: string
let running: RunningProgram | null = null

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'listen-'))
})
afterEach(async () => {
  running?.child.kill('SIGTERM')
  await running?.result
  running = null
  await rm(folder, {recursive: true, force: true})
})

/** Starts a watch of a closed port and of this machine; resolves with the address that it listens on. */
async function watch(flags: readonly string[] = [], more: readonly string[] = []): Promise<string> {
  const file = join(folder, 'net.yaml')
  const text = [
    'version: 1',
    'defaults: {interval: 100ms, timeout: 90ms}',
    'targets:',
    '  gone: tcp://127.0.0.1:1',
    '  here: ping://127.0.0.1',
    ...more,
  ]
  await writeFile(file, `${text.join('\n')}\n`)
  running = startProgram(['monitor', file, '--listen', '127.0.0.1:0', ...flags])
  let said = ''
  running.child.stderr?.on('data', (data: Buffer) => (said += data.toString()))
  await running.waitFor(/here: connecting → connected/)
  return /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? ''
}

async function eventually<T>(look: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
  for (let turn = 0; ; turn++) {
    const value = await look()
    if (isRight(value) || turn > 150) return value
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const get = async (url: string): Promise<string> => (await fetch(url)).text()

describe('what a watch shows to other programs', () => {
  it('is /metrics, /status and /healthz, and nothing else', async () => {
    const url = await watch()
    const metrics = await eventually(
      async () => get(`${url}/metrics`),
      (text) => /failures_total\{target="gone",category="network",code="TCP_REFUSED"\} [2-9]/.test(text),
    )
    expect(metrics).toMatch(/^# TYPE netdrill_connection_latency_seconds histogram$/m)
    expect(metrics).toMatch(/^netdrill_connection_state\{target="here",state="connected"\} 1$/m)
    const status = JSON.parse(await get(`${url}/status`)) as {schema: string; totals: object}
    expect(status).toMatchObject({schema: 'netdrill/status/1', totals: {total: 2, connected: 1, down: 1}})
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect((await fetch(`${url}/else`)).status).toBe(404)
    expect((await fetch(`${url}/metrics`, {method: 'POST'})).status).toBe(405)
  })

  it('is refused where the port is taken, before anything is watched', async () => {
    const url = await watch()
    const {code, stderr} = await runProgram([
      'monitor',
      join(folder, 'net.yaml'),
      '--listen',
      url.replace('http://', ''),
    ])
    expect(stderr).toMatch(/can not be listened on \(EADDRINUSE\)/)
    expect(code).toBe(2)
  })
})

describe('an OpenTelemetry collector', () => {
  it('gets the last figures when the watch ends', async () => {
    let body = ''
    const server: Server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => response.writeHead(200, {'content-type': 'application/json'}).end('{}'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const {port} = server.address() as {port: number}
    await watch(['--otlp', `http://127.0.0.1:${port}/v1/metrics`])
    running?.child.kill('SIGINT')
    expect((await running?.result)?.code).toBe(130)
    await new Promise((resolve) => server.close(resolve))
    expect(body).toContain('netdrill_connection_attempts_total')
  })
})

const has = (program: string): boolean => {
  try {
    execFileSync('which', [program])
    return true
  } catch {
    return false
  }
}

/** The two rules that tunnel operators use, in time for a test; only the figure of the second one is another. */
const ALERTS = [
  'alerts:',
  '  interval: 200ms',
  '  rules:',
  '    - {name: ConnectionFailures, condition: "rate(sssonector_connection_failures_total[5m]) > 0.1", severity: warning}',
  '    - {name: PersistentConnectionFailure, condition: time_since_last_success > 2, severity: critical}',
]

describe('a real Prometheus', () => {
  it('scrapes the watch, loads its alerts as they are exported, and fires what netdrill fires itself', async (context) => {
    if (!has('prometheus')) context.skip('prometheus is not installed')
    const url = await watch([], ALERTS)
    const {stdout: rules} = await runProgram(['policy', 'export-alerts', join(folder, 'net.yaml')])
    await writeFile(join(folder, 'rules.yaml'), rules)
    await writeFile(
      join(folder, 'prometheus.yaml'),
      `global: {scrape_interval: 200ms, evaluation_interval: 200ms}
rule_files: [rules.yaml]
scrape_configs:
  - job_name: netdrill
    static_configs: [{targets: ['${url.replace('http://', '')}']}]
`,
    )
    const listen = `127.0.0.1:${await freePort()}`
    const child = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${listen}`,
        '--log.level=error',
      ],
      {stdio: 'ignore'},
    )
    try {
      const firing = await eventually(
        async () => firingAlerts(listen).catch(() => []),
        (alerts) => alerts.length === 2,
      )
      const expected = new Set(['ConnectionFailures gone', 'PersistentConnectionFailure gone'])
      expect(new Set(firing)).toEqual(expected)
      // And so says netdrill itself.
      expect(await ownAlerts(url)).toEqual(expected)
    } finally {
      child.kill('SIGTERM')
      await new Promise((resolve) => child.on('close', resolve))
    }
  }, 60_000)

  it('finds nothing wrong with the text it is given', async (context) => {
    if (!has('promtool')) context.skip('promtool is not installed')
    const url = await watch()
    const metrics = await get(`${url}/metrics`)
    expect(() =>
      execFileSync('promtool', ['check', 'metrics', '--extended'], {input: metrics, stdio: 'pipe'}),
    ).not.toThrow()
  })
})

interface Alerts {
  readonly data: {
    readonly alerts: readonly {state: string; labels: {alertname: string; target: string}}[]
  }
}

/** Those that netdrill evaluates, as its status says. */
async function ownAlerts(url: string): Promise<ReadonlySet<string>> {
  const {alerts} = JSON.parse(await get(`${url}/status`)) as {
    alerts: readonly {name: string; alerts: readonly {state: string; labels: {target: string}}[]}[]
  }
  return new Set(
    alerts.flatMap(({name, alerts: active}) =>
      active.filter(({state}) => state === 'firing').map(({labels}) => `${name} ${labels.target}`),
    ),
  )
}

async function firingAlerts(listen: string): Promise<readonly string[]> {
  const {data} = JSON.parse(await get(`http://${listen}/api/v1/alerts`)) as Alerts
  return data.alerts
    .filter(({state}) => state === 'firing')
    .map(({labels}) => `${labels.alertname} ${labels.target}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as {port: number}
  await new Promise((resolve) => server.close(resolve))
  return port
}
