import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {ipIn, namespacesMissing} from '../../support/namespaces.ts'
import {type Monitored, type TwoPaths, makeTwoPaths, monitorIn} from '../../support/two-paths.ts'

/** The interval is long: what is told at once can't come from a sample. */
const DOCUMENT = `
version: 1
defaults: {interval: 5s, timeout: 1s, fall: 3}
targets:
  wifi: tcp://10.83.1.2:7000
  cable: {url: "tcp://10.83.2.2:7000", interface: cable}
groups:
  uplink:
    mode: active-backup
    paths: [{name: wifi, target: wifi}, {name: cable, target: cable}]
    failback: {policy: immediate}
    max_switches: {count: 100, within: 10m}
`

const missing = namespacesMissing()
let paths: TwoPaths
let folder: string
let watch: Monitored

beforeAll(async () => {
  if (missing !== null) return
  folder = await mkdtemp(join(tmpdir(), 'links-'))
  paths = makeTwoPaths()
  await paths.serve('plain', 7000)
  watch = await monitorIn(paths.client, folder, DOCUMENT)
  await watch.waitFor(isOk('cable'))
  await onPath('wifi')
})

beforeEach((context) => {
  if (missing !== null) context.skip(missing)
})

afterAll(async () => {
  if (missing !== null) return
  await watch.stop()
  await paths.remove()
  await rm(folder, {recursive: true, force: true})
})

const isLost =
  (target: string) =>
  (event: RunEvent): boolean =>
    event.type === 'link-lost' && event.target === target
const isOk =
  (target: string) =>
  (event: RunEvent): boolean =>
    event.type === 'sample' && event.target === target && event.sample.outcome.status === 'ok'
const isSwitch =
  (to: string | null) =>
  (event: RunEvent): boolean =>
    event.type === 'path-switched' && event.to === to

async function onPath(path: string, from = 0): Promise<void> {
  await watch.waitFor((event) => isSwitch(path)(event), from)
}

/** Does it and gives how long it took until the event was there, with the event. */
async function timed(work: () => void, fits: (event: RunEvent) => boolean) {
  const from = watch.events.length
  work()
  const done = performance.now()
  const event = await watch.waitFor(fits, from)
  return {event, took: event.seenAt - done, from}
}

describe('a watch whose own links change', () => {
  test('tells a lost carrier at once, and the group leaves the path without waiting for a sample', async () => {
    const took: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const cut = await timed(() => ipIn(paths.server, 'link set wifi-s down'), isLost('wifi'))
      took.push(cut.took)
      expect(cut.event).toMatchObject({device: 'wifi', cause: 'carrier', because: 'wifi has no carrier'})
      const left = await watch.waitFor(isSwitch('cable'), cut.from)
      expect(left).toMatchObject({kind: 'down', because: 'wifi is down: carrier: wifi has no carrier'})
      expect(left.at - cut.event.at).toBeLessThan(100)
      const heal = await timed(() => ipIn(paths.server, 'link set wifi-s up'), isSwitch('wifi'))
      // Without a sample at once it would be the interval, five seconds.
      expect(heal.took).toBeLessThan(3000)
    }
    const told = took.map((each) => `${each.toFixed(1)}ms`).join(', ')
    process.stdout.write(`carrier lost: told ${told} after ip link set had ended\n`)
    expect(Math.min(...took)).toBeLessThan(100)
  })

  test('takes no path that is there again before it has answered', async () => {
    await timed(() => ipIn(paths.server, 'link set wifi-s down'), isLost('wifi'))
    const {from} = await timed(
      () => ipIn(paths.server, 'link set wifi-s up'),
      (event) => event.type === 'link-restored' && event.target === 'wifi',
    )
    await onPath('wifi', from)
    const told = watch.events.slice(from)
    const answered = told.findIndex(isOk('wifi'))
    expect(answered).toBeGreaterThan(-1)
    expect(told.findIndex(isSwitch('wifi'))).toBeGreaterThan(answered)
  })

  test('names what is missing: the address, the route, the interface', async () => {
    const {event: address} = await timed(
      () => ipIn(paths.client, 'addr del 10.83.2.1/24 dev cable'),
      isLost('cable'),
    )
    expect(address).toMatchObject({device: 'cable', cause: 'address', because: 'cable has no address'})
    ipIn(paths.client, 'addr add 10.83.2.1/24 dev cable')
    await watch.waitFor((event) => event.type === 'link-restored' && event.target === 'cable')
    await watch.waitFor(isOk('cable'), watch.events.indexOf(address))
    const {event: route, from} = await timed(
      () => ipIn(paths.client, 'route del 10.83.1.0/24 dev wifi'),
      isLost('wifi'),
    )
    expect(route).toMatchObject({device: 'wifi', cause: 'route', because: 'no route leads to 10.83.1.2'})
    await onPath('cable', from)
    const {event: link} = await timed(() => ipIn(paths.client, 'link set cable down'), isLost('cable'))
    expect(link).toMatchObject({device: 'cable', cause: 'link', because: 'cable is set down'})
    const down = await watch.waitFor(
      (event) => event.type === 'group-changed' && event.to === 'reconnecting',
      from,
    )
    expect(down).toMatchObject({because: 'all paths are down (wifi: route, cable: link)'})
  })
})
