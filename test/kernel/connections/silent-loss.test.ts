import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {detectionTime} from '../../../src/core/health.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import {type NamespacePair, makeNamespacePair, namespacesMissing, runIn} from '../../support/namespaces.ts'
import {BIN} from '../../support/program.ts'

const missing = namespacesMissing()
const ECHO =
  "require('net').createServer(s => s.on('error', () => {}).pipe(s)).listen(7100, '::', () => console.log('ready')); process.stdin.resume().on('end', () => process.exit(0))"

let pair: NamespacePair
let folder: string
let server: ChildProcess
let monitor: ChildProcess
const events: RunEvent[] = []
const waiting: {readonly is: (event: RunEvent) => boolean; readonly resolve: (event: RunEvent) => void}[] = []

/** The next event that is like this. */
async function next(is: (event: RunEvent) => boolean): Promise<RunEvent> {
  return new Promise((resolve) => waiting.push({is, resolve}))
}

const goesTo =
  (target: string, to: string) =>
  (event: RunEvent): boolean =>
    event.type === 'state-changed' && event.target === target && event.to === to

/** The same in YAML below. */
const CHECKS = {interval: 1000, timeout: 400, fall: 3, health: {fastInterval: 200}}

beforeAll(async () => {
  if (missing !== null) return
  pair = makeNamespacePair()
  // Connections are tracked from their start, or the first packet after the cut would count as a new one.
  addRule('track', 'ct state established accept')
  folder = await mkdtemp(join(tmpdir(), 'silent-'))
  server = spawn('ip', ['netns', 'exec', pair.far, process.execPath, '-e', ECHO], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (server.stdout) await once(server.stdout, 'data')
  const file = join(folder, 'net.yaml')
  const health = '{interval: 1s, timeout: 400ms, fall: 3, fast_interval: 200ms}'
  await writeFile(
    file,
    `version: 1\ntargets:\n  kept: {url: 'tcp://10.99.0.2:7100', keep: true, health: ${health}}\n`,
  )
  const args = ['netns', 'exec', pair.near, process.execPath, BIN, 'monitor', file, '--jsonl']
  monitor = spawn('ip', args, {stdio: ['ignore', 'pipe', 'inherit']})
  if (!monitor.stdout) throw new Error('no output')
  const connected = next(goesTo('kept', 'connected'))
  createInterface({input: monitor.stdout}).on('line', (line) => {
    const event = JSON.parse(line) as RunEvent
    events.push(event)
    for (const one of waiting.filter(({is}) => is(event))) {
      waiting.splice(waiting.indexOf(one), 1)
      one.resolve(event)
    }
  })
  await connected
})

afterAll(async () => {
  if (missing !== null) return
  for (const child of [monitor, server]) {
    const ended = once(child, 'exit')
    if (child === server) server.stdin?.end()
    else child.kill('SIGTERM')
    await ended
  }
  pair.remove()
  await rm(folder, {recursive: true, force: true})
})

/** Packets of connections that stand are dropped at the far end, without a word; new ones are accepted. */
function cut(): void {
  addRule('cut', 'tcp dport 7100 ct state established drop')
}

function addRule(table: string, rule: string): void {
  for (const line of [
    `add table inet ${table}`,
    `add chain inet ${table} input { type filter hook input priority 0 ; }`,
    `add rule inet ${table} input ${rule}`,
  ])
    runIn(pair.far, 'nft', line.split(' '))
}

/** Wall clock at 0 of the run's clock. */
const startedAt = (): number => {
  const [first] = events
  return first?.type === 'run-started' ? Date.parse(first.run.started) - first.at : Number.NaN
}

test('a connection that is dropped silently after it was established is found within the time that is told', async (context) => {
  if (missing !== null) context.skip(missing)
  const {worst} = detectionTime(CHECKS)
  const added = events.find((event) => event.type === 'target-added')
  expect(added).toMatchObject({target: {detection: {worst}}})
  for (let round = 0; round < 3; round++) {
    const lost = next(goesTo('kept', 'reconnecting'))
    cut()
    const at = Date.now() - startedAt()
    const event = await lost
    // A processor that is busy may delay the report, not the checks.
    expect(event.at - at).toBeLessThan(worst + 300)
    expect(event.at - at).toBeGreaterThan(CHECKS.timeout)
    const back = next(goesTo('kept', 'connected'))
    runIn(pair.far, 'nft', ['delete', 'table', 'inet', 'cut'])
    await back
    await sleep(200 + 300 * round)
  }
  const states = events.flatMap((event) => (event.type === 'state-changed' ? [event.to] : []))
  expect(states.filter((state) => state === 'reconnecting')).toHaveLength(3)
}, 60_000)
