/** What a link that netdrill carries does to real packets between real kernels. */
import {type ChildProcess, execFile, spawn} from 'node:child_process'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {promisify} from 'node:util'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest'
import {openPorts} from '../../../src/app/ports.ts'
import type {LinkControl, LinkEffect, LinkFaultCount, LinkMatch} from '../../../src/core/link-effects.ts'
import {inPlace} from '../../../src/core/place-command.ts'
import type {Lab} from '../../../src/lab/lab.ts'
import {openLab} from '../../../src/lab/open-lab.ts'
import type {SendOrder} from './datagrams.ts'

const WORKER = fileURLToPath(new URL('datagrams.ts', import.meta.url))
const GROUP = '239.1.2.3'
const FAR = {four: '10.74.0.2', six: 'fd74::2'}
const run = promisify(execFile)

let lack: string | null = null
let lab: Lab
const workers: Record<string, Worker> = {}
let link: LinkControl
beforeAll(async () => {
  const ports = openPorts(1)
  for (const need of ['network-namespaces', 'ffi'] as const) {
    const {status, found} = await ports.capabilities.check(need)
    if (status !== 'present') lack = `no ${need}: ${found}`
  }
  if (lack !== null) return
  lab = await openLab(
    {
      isolation: 'required',
      nodes: ['client', 'server'],
      links: [{between: ['client', 'server'], subnet: '10.74.0.0/24', subnet6: 'fd74::/64', emulate: true}],
      servers: {},
    },
    ports,
    {origin: 0, seed: 5, signal: new AbortController().signal, onLoss: () => {}},
  )
  const found = lab.carrierOf?.('client', 'eth0')
  if (!found) throw new Error('the link is not carried')
  link = found
  for (const node of ['client', 'server'] as const) workers[node] = await startWorker(node)
}, 90_000)
afterAll(async () => {
  for (const {child} of Object.values(workers)) child.kill('SIGKILL')
  await lab?.down()
})
beforeEach((ctx) => {
  if (lack !== null) ctx.skip(lack)
})

afterEach(async () => {
  if (lack === null) for (const {fault} of (await link.state()).orders) await link.clear(fault)
})

const CALM: LinkEffect = {
  delay: 0,
  jitter: 0,
  correlation: 0,
  distribution: 'uniform',
  keepOrder: true,
  limit: 100_000,
}
const ALL: LinkMatch = {to: [], from: [], port: null, protocol: null, family: null}
const always = (chance: number): {chance: number; correlation: number} => ({chance, correlation: 0})
let faults = 0

/** On what the client sends; gives what it has counted. */
async function impair(
  effect: Partial<LinkEffect>,
  match: Partial<LinkMatch> = {},
): Promise<() => Promise<LinkFaultCount>> {
  const fault = `f${faults++}`
  const rest = {sender: link.sender, arriving: false, lasts: 60_000, seed: null, series: fault}
  await link.set({...rest, fault, match: {...ALL, ...match}, effect: {...CALM, ...effect}})
  return async () => {
    const count = (await link.state()).faults[fault]
    if (!count) throw new Error(`nothing is known about ${fault}`)
    return count
  }
}

async function runIn(node: string, file: string, ...args: readonly string[]): Promise<string> {
  const command = inPlace(lab.place(node), file, args)
  return (await run(command.file, [...command.args], {timeout: 20_000})).stdout
}

interface Worker {
  readonly child: ChildProcess
  /** What it has said. */
  readonly lines: string[]
}

async function startWorker(node: string): Promise<Worker> {
  const words = ['--no-warnings', WORKER, GROUP, node === 'client' ? '10.74.0.1' : FAR.four]
  return startIn(node, process.execPath, ...words)
}

/** Says "ready" when it is. */
async function startIn(node: string, file: string, ...args: readonly string[]): Promise<Worker> {
  const command = inPlace(lab.place(node), file, args)
  const child = spawn(command.file, [...command.args], {stdio: ['pipe', 'pipe', 'inherit']})
  const lines: string[] = []
  createInterface({input: child.stdout}).on('line', (line) => lines.push(line))
  await vi.waitFor(() => expect(lines).toEqual(['ready']), {timeout: 10_000})
  return {child, lines}
}

interface Arrival {
  readonly number: number
  readonly at: number
  readonly size: number
}

/** Sends from the client, and gives what has arrived at the server until nothing came for a while. */
async function send(count: number, more: Partial<SendOrder> = {}): Promise<readonly Arrival[]> {
  const {client, server} = workers
  if (!client || !server) throw new Error('no workers')
  server.lines.length = 0
  client.lines.length = 0
  const order = {to: FAR.four, count, size: 100, burst: 10, pause: 2, ...more}
  client.child.stdin?.write(`${JSON.stringify(order)}\n`)
  await vi.waitFor(() => expect(client.lines).toContain('sent'), {timeout: 10_000, interval: 5})
  let before = -1
  const isQuiet = (): boolean => before === (before = server.lines.length)
  await vi.waitFor(() => expect(isQuiet()).toBe(true), {timeout: 10_000, interval: 200})
  return server.lines
    .map((line) => line.split(' ').map(Number))
    .map(([number = 0, at = 0, size = 0]) => ({number, at, size}))
}

const numbers = (all: readonly Arrival[]): readonly number[] => all.map(({number}) => number)
const counting = (count: number): readonly number[] => Array.from({length: count}, (_, index) => index)

/** Packets that the server's kernel has refused for their checksum. */
async function badChecksums(): Promise<number> {
  const text = await runIn('server', 'cat', '/proc/net/snmp', '/proc/net/netstat')
  const lines = text.split('\n')
  const value = (prefix: string, name: string): number => {
    const [names = '', values = ''] = lines.filter((line) => line.startsWith(`${prefix}: `))
    return Number(values.split(' ')[names.split(' ').indexOf(name)] ?? 0)
  }
  return value('Udp', 'InCsumErrors') + value('IpExt', 'InCsumErrors') + value('Ip', 'InHdrErrors')
}

describe('a carried link', () => {
  it('passes each packet once, in order, of both families, and none of its own again', async () => {
    const before = (await link.state()).packets
    expect(numbers(await send(300))).toEqual(counting(300))
    const all = await send(300, {to: FAR.six})
    expect(numbers(all)).toEqual(counting(300))
    const passed = (await link.state()).packets - before
    // A few of ARP, neighbour discovery and multicast listeners besides.
    expect(passed).toBeGreaterThanOrEqual(600)
    expect(passed).toBeLessThan(640)
  })

  it('takes nothing from the TTL, and lets neighbours find each other by ARP and by ND', async () => {
    for (const [family, address] of [
      ['-4', FAR.four],
      ['-6', FAR.six],
    ] as const) {
      await runIn('client', 'ip', family, 'neigh', 'flush', 'dev', 'eth0')
      const text = await runIn('client', 'ping', family, '-n', '-c', '1', '-W', '2', '-t', '1', address)
      expect(text).toContain('ttl=64')
      expect(await runIn('client', 'ip', family, 'neigh', 'show', address)).toContain('lladdr')
    }
  })

  it('passes multicast', async () => {
    expect(numbers(await send(20, {to: GROUP}))).toEqual(counting(20))
  })

  it('passes fragments; packets one by one, and as large frames where the kernel leaves them whole', async () => {
    const all = await send(20, {size: 8000})
    expect(all.map(({size}) => size)).toEqual(Array.from({length: 20}, () => 8000))
    const sink = await startIn('server', process.execPath, '-e', SINK)
    for (const whole of [false, true]) {
      if (whole) await runIn('client', 'ip', 'link', 'set', 'dev', 'eth0', 'gso_max_segs', '64')
      const before = await link.state()
      const sent = await runIn('client', process.execPath, '-e', SOURCE)
      await vi.waitFor(() => expect(sink.lines.at(-1)).toBe(sent.trim()), {timeout: 10_000})
      sink.lines.length = 0
      const {packets, bytes} = await link.state()
      // With the acknowledgements between them: on average more than the longest frame of one packet, or less.
      expect((bytes - before.bytes) / (packets - before.packets) > 1514).toBe(whole)
    }
    sink.child.kill('SIGKILL')
    await runIn('client', 'ip', 'link', 'set', 'dev', 'eth0', 'gso_max_segs', '1')
  })
})

/** Tells length and hash of each stream. */
const SINK = `require('net').createServer((s) => {
  const hash = require('crypto').createHash('sha1'); let length = 0
  s.on('data', (d) => { length += d.length; hash.update(d) }).on('end', () => console.log(length, hash.digest('hex')))
}).listen(7001, '::', () => console.log('ready'))`
const SOURCE = `const data = Buffer.alloc(4e6, 'netdrill'); require('net').connect(7001, '${FAR.six}').end(data).resume()
console.log(data.length, require('crypto').createHash('sha1').update(data).digest('hex'))`

describe('an impairment of a carried link', () => {
  it('delays what it means, as long as asked, and nothing else', async () => {
    await impair({delay: 40}, {to: [FAR.six]})
    const ping = async (address: string): Promise<number> => {
      const text = await runIn('client', 'ping', '-n', '-q', '-c', '9', '-i', '0.02', address)
      return Number(/= ([\d.]+)\//.exec(text)?.[1])
    }
    expect(await ping(FAR.six)).toBeGreaterThanOrEqual(40)
    expect(await ping(FAR.four)).toBeLessThan(40)
  })

  it('limits to a rate within 5 %', async () => {
    await impair({rate: 4_000_000})
    const all = await send(1200, {size: 1000, burst: 12, pause: 10})
    expect(numbers(all)).toEqual(counting(1200))
    const took = (all.at(-1)?.at ?? 0) - (all[0]?.at ?? 0)
    // 1000 octets of content in a frame of 1042.
    const rate = ((all.length - 1) * 1042 * 8) / (took / 1000)
    process.stdout.write(`a rate of 4 Mbit/s, measured at the receiver: ${(rate / 1e6).toFixed(3)} Mbit/s\n`)
    expect(rate / 4e6).toBeGreaterThan(0.95)
    expect(rate / 4e6).toBeLessThan(1.05)
  })

  it('doubles, and the receiver counts as many', async () => {
    const count = await impair({duplicate: always(0.3)}, {protocol: 'udp'})
    const all = numbers(await send(500))
    expect(new Set(all).size).toBe(500)
    const {matched, affected} = await count()
    expect({matched, doubled: affected}).toEqual({matched: 500, doubled: all.length - 500})
    // 150 on average; so far off less than once in ten million runs, and always the same for one seed.
    expect(affected).toBeGreaterThan(95)
    expect(affected).toBeLessThan(205)
  })

  it('loses, and the receiver misses as many', async () => {
    const count = await impair({loss: {model: 'random', ...always(0.2)}}, {protocol: 'udp'})
    const all = numbers(await send(500))
    const {lost} = await count()
    expect(all.length).toBe(500 - lost)
    expect(new Set(all).size).toBe(all.length)
    expect(lost).toBeGreaterThan(55)
    expect(lost).toBeLessThan(145)
  })

  it('lets some overtake, and all arrive', async () => {
    await impair({delay: 30, keepOrder: false, reorder: {...always(0.25), gap: 1}}, {protocol: 'udp'})
    const all = numbers(await send(400, {burst: 1, pause: 1}))
    expect(all.toSorted((a, b) => a - b)).toEqual(counting(400))
    // Whoever arrives before one with a lower number has overtaken it.
    let least = Number.POSITIVE_INFINITY
    const overtaking = all.toReversed().filter((number) => {
      least = Math.min(least, number)
      return number > least
    })
    expect(overtaking.length).toBeGreaterThan(50)
    expect(overtaking.length).toBeLessThan(150)
  })

  it('damages, so that the receiver refuses every one by its checksum', async () => {
    const before = await badChecksums()
    await impair({corrupt: always(1)}, {protocol: 'udp', port: 7000})
    expect(await send(200)).toEqual([])
    expect((await badChecksums()) - before).toBeGreaterThanOrEqual(195)
  })
})
