import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import type {MptcpFacts} from '../../../src/core/facts.ts'
import {ipIn, namespacesMissing, runIn} from '../../support/namespaces.ts'
import {type Monitored, type TwoPaths, makeTwoPaths, monitorIn} from '../../support/two-paths.ts'

const documentOf = (told: string): string => `
version: 1
defaults: {interval: 20ms, timeout: 1s}
targets:
  echo: {url: "mptcp://10.83.1.2:7711", keep: true, send: "ping", transport: auto, retry_after: 500ms}
notify:
  desk: {command: [sh, -c, 'echo "$NETDRILL_NOTIFY_TEXT" >> ${told}'], on: [mptcp], wait: 10ms, interval: 10ms}
`

let missing = namespacesMissing()
let paths: TwoPaths
let folder: string
let watch: Monitored

beforeAll(async () => {
  if (missing !== null) return
  folder = await mkdtemp(join(tmpdir(), 'mptcp-'))
  paths = makeTwoPaths()
  try {
    for (const name of [paths.client, paths.server]) {
      runIn(name, 'sysctl', ['-q', '-w', 'net.mptcp.enabled=1'])
      ipIn(name, 'mptcp limits set subflow 2 add_addr_accepted 2')
    }
  } catch {
    missing = 'this kernel has no MPTCP'
    return
  }
  ipIn(paths.server, 'mptcp endpoint add 10.83.2.2 dev cable-s signal')
  await paths.serve('mptcp', 7711)
  watch = await monitorIn(paths.client, folder, documentOf(join(folder, 'told')))
})

beforeEach((context) => {
  if (missing !== null) context.skip(missing)
  runIn(paths.client, 'nft', ['flush', 'ruleset'])
})

afterAll(async () => {
  await watch?.stop()
  await paths?.remove()
  if (folder) await rm(folder, {recursive: true, force: true})
})

const isMode =
  (to: string) =>
  (event: RunEvent): boolean =>
    event.type === 'mptcp-changed' && event.to === to

/** What the receiver was told. */
async function told(): Promise<readonly string[]> {
  const text = await readFile(join(folder, 'told'), 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '')
}

function factsOf(event: RunEvent): MptcpFacts | undefined {
  if (event.type !== 'sample' || event.sample.outcome.status !== 'ok') return undefined
  return event.sample.outcome.reading.mptcp
}

/** All that ss(8) says of the subflows of the connection, by local address. */
function socketsOf(namespace: string): readonly string[] {
  return runIn(namespace, 'ss', ['-tniH', 'dport', '=', '7711'])
    .split('\n')
    .filter((line) => line !== '')
}

function setFilter(rule: string): void {
  runIn(paths.client, 'nft', [
    `table inet nd_test { chain out { type filter hook output priority 0; ${rule}; }; }`,
  ])
}

describe('a kept MPTCP connection', () => {
  test('has two subflows, as ss shows them, and counts the bytes of each', async () => {
    const change = await watch.waitFor(isMode('multipath'))
    expect(change).toMatchObject({because: '2 subflows carry it'})
    const sample = await watch.waitFor((event) => (factsOf(event)?.flows?.length ?? 0) === 2)
    const facts = factsOf(sample)
    expect(facts?.token).toMatch(/^[0-9a-f]{8}$/)
    expect(facts?.flows?.map(({local}) => local.split(':')[0]).toSorted()).toEqual(['10.83.1.1', '10.83.2.1'])
    const seen = socketsOf(paths.client).join('\n')
    for (const {local} of facts?.flows ?? []) expect(seen).toContain(local)
    // ss prints the token of the peer too; the local one names the subflows.
    expect(seen).toContain(facts?.token?.replace(/^0+/, ''))
    const later = await watch.waitFor(
      (event) => (factsOf(event)?.flows ?? []).some(({sent}) => sent > 40),
      watch.events.indexOf(sample),
    )
    expect(factsOf(later)?.flows?.map(({received}) => received > 0)).toContain(true)
  })

  test('loses a subflow to silence within 1.5s, goes on over the other one, and has it back after the heal', async () => {
    const from = watch.events.length
    const flows = watch.events.flatMap((event) => factsOf(event)?.flows ?? []).slice(-2)
    const busy = flows.toSorted((one, other) => other.sent - one.sent)[0]?.local.split(':')[0] ?? ''
    // On the way, not in our own output: what a machine drops itself its kernel doesn't count as sent.
    const device = busy === '10.83.1.1' ? 'wifi-s' : 'cable-s'
    const chain = `chain in { type filter hook prerouting priority -500; iifname ${device} drop; }`
    runIn(paths.server, 'nft', [`table inet nd_test { ${chain}; }`])
    const cut = performance.now()
    const lost = await watch.waitFor((event) => event.type === 'subflow-lost', from)
    process.stdout.write(
      `silent cut: told after ${(lost.seenAt - cut).toFixed(0)}ms: ${'because' in lost ? String(lost.because) : ''}\n`,
    )
    expect(lost).toMatchObject({cause: 'stalled', local: expect.stringContaining(busy) as string})
    expect(lost.seenAt - cut).toBeLessThan(1500)
    await watch.waitFor(isMode('single-path'), from)
    await watch.waitFor((event) => factsOf(event) !== undefined, watch.events.length)
    runIn(paths.server, 'nft', ['flush', 'ruleset'])
    await watch.waitFor((event) => event.type === 'subflow-returned', from)
    await watch.waitFor(isMode('multipath'), from)
    const failed = watch.events
      .slice(from)
      .filter((event) => event.type === 'sample' && event.sample.outcome.status === 'failed')
    expect(failed).toEqual([])
  })

  test('takes plain TCP within the same time when the option is dropped, and MPTCP again when that is over', async () => {
    const from = watch.events.length
    setFilter('tcp dport 7711 tcp flags & (syn|ack) == syn tcp option mptcp exists drop')
    runIn(paths.client, 'ss', ['-K', 'dport', '=', '7711'])
    const fallen = await watch.waitFor(isMode('tcp'), from)
    expect(fallen).toMatchObject({because: 'SYNs with MP_CAPABLE got no answer', token: null})
    runIn(paths.client, 'nft', ['flush', 'ruleset'])
    ipIn(paths.client, 'addr add 10.83.9.1/24 dev cable')
    const back = await watch.waitFor(
      (event) => event.type === 'mptcp-changed' && event.to !== 'tcp',
      watch.events.indexOf(fallen),
    )
    expect(back).toMatchObject({
      trigger: expect.stringMatching(/^timer$|^address 10.83.9.1\/24 added on cable$/) as string,
    })
  })

  test('works by TCP while the option is stripped, is told once however often MPTCP is tried, and once when it is back', async () => {
    await watch.waitFor(isMode('multipath'), watch.events.findLastIndex(isMode('tcp')))
    const wasTold = (status: string) => (event: RunEvent) =>
      event.type === 'notified' && event.result === 'delivered' && event.about.includes(status)
    await watch.waitFor(wasTold('RESOLVED'), watch.events.findLastIndex(isMode('tcp')))
    const [from, before] = [watch.events.length, (await told()).length]
    const chain =
      'chain in { type filter hook prerouting priority -500; tcp dport 7711 reset tcp option mptcp; }'
    runIn(paths.server, 'nft', [`table inet nd_test { ${chain}; }`])
    runIn(paths.client, 'ss', ['-K', 'dport', '=', '7711'])
    const fallen = await watch.waitFor(isMode('tcp'), from)
    expect(fallen).toMatchObject({because: expect.stringContaining('without MP_CAPABLE') as string})
    // The third wait is four times as long as the first one.
    await watch.waitFor((event) => (factsOf(event)?.retryIn ?? 0) > 1500, from)
    runIn(paths.server, 'nft', ['flush', 'ruleset'])
    const back = await watch.waitFor(isMode('multipath'), from)
    expect(back).toMatchObject({from: 'tcp', trigger: 'timer'})
    await watch.waitFor(wasTold('RESOLVED'), from)
    const news = (await told()).slice(before)
    expect(news).toEqual([
      expect.stringContaining('FIRING MptcpDegraded'),
      expect.stringContaining('RESOLVED MptcpDegraded'),
    ])
    const since = watch.events.slice(watch.events.indexOf(fallen))
    expect(
      since.filter((event) => event.type === 'sample' && event.sample.outcome.status === 'failed'),
    ).toEqual([])
  })
})
