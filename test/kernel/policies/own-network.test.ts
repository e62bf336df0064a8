import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {BIN} from '../../support/program.ts'
import {
  type NamespacePair,
  ipIn,
  makeNamespacePair,
  namespacesMissing,
  runIn,
} from '../../support/namespaces.ts'

/** Names, links and ports of this machine that fail in the middle of a ladder. */
const missing = namespacesMissing()
const FAR = '10.99.0.2'
const PORT = 8080
let pair: NamespacePair
let folder: string
const children: ChildProcess[] = []

const POLICIES = `
version: 1
policies:
  helped: {max_attempts: 2, initial_delay_ms: 100, timeout: 6s, resolvers: [127.0.0.3]}
  steady: {max_attempts: 0, initial_delay_ms: 150, max_delay_ms: 150, jitter: none, timeout: 2s}
  patient: {max_attempts: 0, initial_delay_ms: 120000, max_delay_ms: 120000, jitter: none, timeout: 1s}
  ports: {max_attempts: 3, initial_delay_ms: 50}
`

beforeAll(async () => {
  if (missing !== null) return
  pair = makeNamespacePair()
  folder = mkdtempSync(join(tmpdir(), 'netdrill-own-'))
  writeFileSync(join(folder, 'netdrill.yaml'), POLICIES)
  // ip-netns(8) mounts this over the file of the machine.
  mkdirSync(`/etc/netns/${pair.near}`, {recursive: true})
  writeFileSync(`/etc/netns/${pair.near}/resolv.conf`, 'nameserver 127.0.0.2\noptions timeout:1 attempts:1\n')
  writeFileSync(`/etc/netns/${pair.near}/hosts`, '127.0.0.1 localhost\n')
  say('first', 'RCODE 2')
  say('second', `A ${FAR}`)
  const script = fileURLToPath(new URL('dns-answers.py', import.meta.url))
  await Promise.all([
    serve(pair.near, ['python3', script, '127.0.0.2', join(folder, 'first')]),
    serve(pair.near, ['python3', script, '127.0.0.3', join(folder, 'second')]),
    serve(pair.far, ['python3', '-u', '-c', ACCEPT, String(PORT)]),
  ])
})
afterAll(async () => {
  for (const child of children) {
    child.kill('SIGKILL')
  }
  if (missing !== null) return
  rmSync(`/etc/netns/${pair.near}`, {recursive: true})
  pair.remove()
  rmSync(folder, {recursive: true})
})
beforeEach((context) => {
  if (missing !== null) context.skip(missing)
})

/** Accepts, and says so. */
const ACCEPT = `
import socket,sys
s=socket.socket(); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)
s.bind(("0.0.0.0",int(sys.argv[1]))); s.listen(64)
print("ready")
keep=[]
while True: keep.append(s.accept()); keep=keep[-50:]
`

function say(resolver: string, what: string): void {
  writeFileSync(join(folder, resolver), what)
  writeFileSync(join(folder, `${resolver}.log`), '')
}

const questions = (resolver: string): number =>
  readFileSync(join(folder, `${resolver}.log`), 'utf8').split('\n').length - 1

async function serve(namespace: string, command: readonly string[]): Promise<void> {
  const child = spawn('ip', ['netns', 'exec', namespace, ...command], {stdio: ['ignore', 'pipe', 'inherit']})
  children.push(child)
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('close', (code) => reject(new Error(`${command.join(' ')} ended with ${code}`)))
  })
}

interface Watched {
  readonly events: RunEvent[]
  /** Resolves with the first event that fits. */
  until(fits: (event: RunEvent) => boolean): Promise<RunEvent>
  stop(): Promise<void>
}

function probe(...args: readonly string[]): Watched {
  const command = ['netns', 'exec', pair.near, process.execPath, BIN, 'probe', ...args, '--jsonl']
  const child = spawn('ip', command, {cwd: folder, stdio: ['ignore', 'pipe', 'inherit']})
  children.push(child)
  const events: RunEvent[] = []
  let text = ''
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString()
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    events.push(...lines.map((line) => JSON.parse(line) as RunEvent))
  })
  return {
    events,
    until: async (fits) => {
      const text = (): string => events.map((event) => JSON.stringify(event)).join('\n')
      await expect.poll(() => (events.some(fits) ? 'fits' : text()), {timeout: 15_000}).toBe('fits')
      return events.find(fits) as RunEvent
    },
    stop: async () => {
      if (child.exitCode !== null) return
      child.kill('SIGINT')
      await once(child, 'close')
    },
  }
}

async function endOf(watched: Watched): Promise<RunEvent & {type: 'sample'}> {
  const sample = await watched.until((event) => event.type === 'sample')
  await watched.stop()
  return sample as RunEvent & {type: 'sample'}
}

const stepsOf = ({events}: Watched, strategy: string): readonly string[] =>
  events.flatMap((event) =>
    event.type === 'strategy-step' && event.strategy === strategy ? [event.text] : [],
  )

describe('a name that the resolver of the system does not resolve', () => {
  it.each([
    ['SERVFAIL', 'RCODE 2'],
    ['REFUSED', 'RCODE 5'],
    ['no answer', 'SILENT'],
  ])('is asked of the next one after %s', async (_, answer) => {
    say('first', answer)
    say('second', `A ${FAR}`)
    const watched = probe('tcp', `host.example:${PORT}`, '-p', 'helped')
    const {sample} = await endOf(watched)
    expect(sample.outcome.status).toBe('ok')
    expect(stepsOf(watched, 'resolvers')).toEqual([expect.stringContaining(`127.0.0.3:53: ${FAR}`)])
  })

  it('is asked of nobody else when it does not exist', async () => {
    say('first', 'RCODE 3')
    say('second', `A ${FAR}`)
    const watched = probe('tcp', `host.example:${PORT}`, '-p', 'helped')
    const {sample} = await endOf(watched)
    expect(sample.outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_NXDOMAIN'}})
    expect(questions('second')).toBe(0)
    expect(stepsOf(watched, 'resolvers')[0]).toContain('no other resolver was asked')
  })

  it('R18: is resolved anew for each attempt', async () => {
    say('first', 'A 127.0.0.1')
    const watched = probe('tcp', `host.example:${PORT}`, '-p', 'steady')
    await watched.until((event) => event.type === 'attempt' && event.failure?.code === 'TCP_REFUSED')
    say('first', `A ${FAR}`)
    const {sample} = await endOf(watched)
    expect(sample.outcome).toMatchObject({status: 'ok', reading: {address: FAR}})
  })
})

describe('a link that goes down and comes back', () => {
  it('holds the ladder without spending attempts, and wakes it', async () => {
    ipIn(pair.near, 'link set nd0 down')
    const watched = probe('tcp', `${FAR}:${PORT}`, '-p', 'patient')
    await watched.until((event) => event.type === 'strategy-step' && event.strategy === 'own-network')
    const due = await watched.until((event) => event.type === 'attempt-scheduled')
    expect(due).toMatchObject({
      attempt: 1,
      because: expect.stringContaining('the own network is the reason') as string,
    })
    ipIn(pair.near, 'link set nd0 up')
    const started = performance.now()
    const {sample} = await endOf(watched)
    expect(sample.outcome.status).toBe('ok')
    // Half a minute to two minutes without being woken.
    expect(performance.now() - started).toBeLessThan(10_000)
    const woken = watched.events.filter(
      (event) => event.type === 'attempt-scheduled' && event.because.startsWith('woken'),
    )
    expect(woken.length).toBeGreaterThan(0)
  })
})

describe('a machine without free ports', () => {
  it('is what is blamed, and the attempts pause', async () => {
    runIn(pair.near, 'sysctl', ['-q', '-w', 'net.ipv4.ip_local_port_range=40000 40001'])
    const hold = `import socket,time\nk=[socket.create_connection(("${FAR}",${PORT})) for _ in range(2)]\nprint("ready",flush=True)\ntime.sleep(60)`
    await serve(pair.near, ['python3', '-c', hold])
    const watched = probe('tcp', `${FAR}:${PORT}`, '-p', 'ports')
    const {sample} = await endOf(watched)
    expect(sample.outcome).toMatchObject({
      status: 'failed',
      failure: {code: 'LOCAL_PORTS_EXHAUSTED', detail: 'local'},
    })
    expect(stepsOf(watched, 'shortage')[0]).toContain('all targets pause')
    expect(
      watched.events.some((event) => event.type === 'attempt-denied' && event.code === 'LOCAL_SHORTAGE'),
    ).toBe(true)
  })
})
