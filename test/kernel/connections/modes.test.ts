import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {ipIn, namespacesMissing, runIn} from '../../support/namespaces.ts'
import {type Monitored, type TwoPaths, makeTwoPaths, monitorIn} from '../../support/two-paths.ts'

const DOCUMENT = `
version: 1
defaults: {interval: 50ms, timeout: 300ms}
targets:
  wifi: {url: "tcp://10.83.1.2:7711", interface: wifi}
  cable: {url: "tcp://10.83.2.2:7711", interface: cable}
  both: {url: "mptcp://10.83.1.2:7711", keep: true, send: "ping", transport: auto, timeout: 1s, retry_after: 500ms}
groups:
  alone: {mode: single, paths: &paths [{name: cable, target: cable}, {name: wifi, target: wifi, priority: 5}]}
  turns: {mode: active-backup, paths: *paths, failback: &back {hold_down: 500ms}}
  all: {mode: mptcp, paths: *paths, multipath: both}
  best: {mode: auto, paths: *paths, multipath: both, failback: *back}
`

let missing = namespacesMissing()
let paths: TwoPaths
let folder: string
let watch: Monitored

beforeAll(async () => {
  if (missing !== null) return
  folder = await mkdtemp(join(tmpdir(), 'modes-'))
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
  watch = await monitorIn(paths.client, folder, DOCUMENT)
})

beforeEach((context) => {
  if (missing !== null) context.skip(missing)
})

afterAll(async () => {
  await watch?.stop()
  await paths?.remove()
  if (folder) await rm(folder, {recursive: true, force: true})
})

const isGroup =
  (group: string, to: string) =>
  (event: RunEvent): boolean =>
    event.type === 'group-changed' && event.group === group && event.to === to
const isMode =
  (to: string) =>
  (event: RunEvent): boolean =>
    event.type === 'mode-changed' && event.to === to
const GROUPS = ['alone', 'turns', 'all', 'best']

describe('the modes of a group over two links', () => {
  test('are all well at first, and auto is mptcp', async () => {
    for (const group of GROUPS) await watch.waitFor(isGroup(group, 'connected'))
    const mode = await watch.waitFor(isMode('mptcp'))
    expect(mode).toMatchObject({group: 'best', because: 'MPTCP is used, and 2 paths work'})
  })

  test('answer the same silent cut with down, on backup, degraded, and one path alone', async () => {
    const from = watch.events.length
    const chain = 'chain in { type filter hook prerouting priority -500; iifname wifi-s drop; }'
    runIn(paths.server, 'nft', [`table inet nd_test { ${chain}; }`])
    const alone = await watch.waitFor(isGroup('alone', 'reconnecting'), from)
    expect(alone).toMatchObject({because: 'wifi is down, and no other path is used', healthy: 1, of: 2})
    const turns = await watch.waitFor(isGroup('turns', 'degraded'), from)
    expect(turns).toMatchObject({because: 'works on cable'})
    await watch.waitFor(isGroup('all', 'degraded'), from)
    const mode = await watch.waitFor(isMode('single'), from)
    expect(mode).toMatchObject({
      from: 'mptcp',
      because: expect.stringMatching(/^only cable is left; wifi is down/) as string,
    })
    const down = watch.events
      .slice(from)
      .filter((event) => event.type === 'group-changed' && event.to === 'reconnecting')
    expect(down.map((event) => ('group' in event ? event.group : ''))).toEqual(['alone'])
  })

  test('are all well again after the heal, and auto is mptcp when it has been good for its time', async () => {
    const from = watch.events.length
    runIn(paths.server, 'nft', ['flush', 'ruleset'])
    for (const group of GROUPS) await watch.waitFor(isGroup(group, 'connected'), from)
    const mode = await watch.waitFor(isMode('mptcp'), from)
    const switched = watch.events.find(
      (event, index) => index >= from && event.type === 'path-switched' && event.to === 'mptcp',
    )
    expect(switched).toMatchObject({group: 'best', kind: 'failback', at: mode.at})
  })

  test('give auto one path alone when the link of the other is taken away', async () => {
    const from = watch.events.length
    ipIn(paths.client, 'link del cable')
    const mode = await watch.waitFor(isMode('single'), from)
    expect(mode).toMatchObject({
      because: expect.stringMatching(/^only wifi is left; cable is down: link/) as string,
    })
  })
})
