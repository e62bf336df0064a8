import {describe, expect, it} from 'vitest'
import {InterfaceWatch} from '../../../../src/connections/interfaces/interface-watch.ts'
import {readInterfaces} from '../../../../src/connections/interfaces/read-interfaces.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import {FakeClock} from '../../../support/fake-clock.ts'

interface Counts {
  readonly packets?: number
  readonly errors?: number
  readonly dropped?: number
  readonly carrier?: number
}

const link = (
  ifname: string,
  {packets = 0, errors = 0, dropped = 0, carrier = 1}: Counts,
  more: object = {},
) => ({
  ifname,
  ifindex: 7,
  address: '02:00:00:00:00:07',
  stats64: {
    rx: {packets, errors, dropped: 0},
    tx: {packets: 0, errors: 0, dropped, carrier_changes: carrier},
  },
  ...more,
})
const member = (ifname: string, state: string, up: boolean, failures: number) =>
  link(
    ifname,
    {},
    {
      master: 'bond0',
      linkinfo: {
        info_slave_kind: 'bond',
        info_slave_data: {state, mii_status: up ? 'UP' : 'DOWN', link_failure_count: failures},
      },
    },
  )
const bond = (active: string, members: readonly object[]) => [
  link(
    'bond0',
    {},
    {linkinfo: {info_kind: 'bond', info_data: {mode: 'active-backup', active_slave: active}}},
  ),
  ...members,
]

/** Files below /sys and /proc by path, as they are at one look. */
type Tree = Readonly<Record<string, string>>

/** What is told when `ip` prints these, one every five seconds, beside these files. */
async function watched(
  device: string,
  prints: readonly unknown[],
  trees: readonly Tree[] = [],
): Promise<readonly string[]> {
  const clock = new FakeClock()
  const events: RunEvent[] = []
  const left = prints.map((print) => JSON.stringify(print))
  const exec = {
    run: async () =>
      Promise.resolve({
        exitCode: 0,
        stdout: left.shift() ?? '',
        stderr: '',
        took: 1,
        timedOut: false,
        notFound: false,
      }),
  }
  const files = {
    readText: async (path: string) => Promise.resolve(trees[prints.length - left.length - 1]?.[path] ?? null),
  }
  const devices = (): ReadonlySet<string> => new Set([device, 'lo'])
  const watch = new InterfaceWatch(
    {clock, exec, files},
    {origin: 0, emit: (event) => events.push(event), devices},
  )
  await clock.advance(5000 * prints.length)
  watch.stop()
  expect(clock.pending).toBe(0)
  return events.flatMap((event) =>
    event.type === 'interface-warning'
      ? [`${event.at} ${event.active ? 'warn' : 'over'}: ${event.because}`]
      : [],
  )
}

describe('interfaces in use', () => {
  it.each([
    ['drops', {packets: 200, dropped: 20}, '20 drops beside 100 packets'],
    ['errors', {packets: 200, errors: 7}, '7 errors beside 100 packets'],
    ['a carrier that came and went', {packets: 200, carrier: 3}, 'its carrier changed 2 times'],
  ])('warn of %s, and tell when it is over', async (_, worse, expected) => {
    const prints = [[link('eth0', {packets: 100})], [link('eth0', worse)], [link('eth0', worse)]]
    expect(await watched('eth0', prints)).toEqual([
      `10000 warn: ${expected}`,
      '15000 over: nothing got worse since the last look',
    ])
  })

  it('do not warn of what is there from the start, of a few, or of a small share', async () => {
    const old = {packets: 100, errors: 50, dropped: 50, carrier: 9}
    expect(
      await watched('eth0', [[link('eth0', old)], [link('eth0', {...old, packets: 200, errors: 54})]]),
    ).toEqual([])
    expect(
      await watched('eth0', [[link('eth0', {})], [link('eth0', {packets: 100_000, errors: 20})]]),
    ).toEqual([])
    expect(await watched('eth0', [[], 'nonsense', [link('eth1', {})]])).toEqual([])
  })

  it('of a bond: mode, active member and the state of each, as ip tells them', () => {
    const text = JSON.stringify(
      bond('e0', [member('e0', 'ACTIVE', true, 0), member('e1', 'BACKUP', false, 2)]),
    )
    expect(readInterfaces(text).get('bond0')?.bond).toEqual({
      mode: 'active-backup',
      active: 'e0',
      members: [
        {device: 'e0', state: 'active', up: true, mii: 'up', failures: 0},
        {device: 'e1', state: 'backup', up: false, mii: 'down', failures: 2},
      ],
    })
  })

  it('of a bond: the loss of its standby is told while all is well', async () => {
    const well = bond('e0', [member('e0', 'ACTIVE', true, 0), member('e1', 'BACKUP', true, 0)])
    const worse = bond('e0', [member('e0', 'ACTIVE', true, 0), member('e1', 'BACKUP', false, 1)])
    const moved = bond('e1', [member('e0', 'BACKUP', true, 1), member('e1', 'ACTIVE', true, 1)])
    expect(await watched('bond0', [well, worse, well])).toEqual([
      '10000 warn: e1 of the bond is down',
      '15000 over: nothing got worse since the last look',
    ])
    expect(await watched('bond0', [well, moved])).toEqual([
      '10000 warn: e0 of the bond has failed and is back, e1 of the bond has failed and is back',
    ])
  })

  const sysfs = (speed: string, duplex: string, address = '02:00:00:00:00:07'): Tree => ({
    '/sys/class/net/eth0/ifindex': '7\n',
    '/sys/class/net/eth0/address': `${address}\n`,
    '/sys/class/net/eth0/speed': `${speed}\n`,
    '/sys/class/net/eth0/duplex': `${duplex}\n`,
  })
  const same = [link('eth0', {}), link('eth0', {}), link('eth0', {}), link('eth0', {})].map((one) => [one])

  it('that fall back to a lower speed or to half duplex are told until they are as fast as before', async () => {
    const well = sysfs('1000', 'full')
    expect(await watched('eth0', same, [well, sysfs('100', 'full'), sysfs('100', 'half'), well])).toEqual([
      '10000 warn: it runs at 100mbit, at 1gbit before',
      '15000 warn: it runs at 100mbit, at 1gbit before, it runs at half duplex, at full duplex before',
      '20000 over: nothing got worse since the last look',
    ])
  })

  it.each([
    ['without a carrier has no speed', [sysfs('1000', 'full'), sysfs('-1', 'unknown'), sysfs('', '')]],
    ['gets faster', [sysfs('100', 'half'), sysfs('1000', 'full'), sysfs('1000', 'full')]],
    ['has a namesake elsewhere', [sysfs('1000', 'full'), sysfs('10', 'half', '02:00:00:00:00:99')]],
  ])('that %s are no reason to warn', async (_, trees) => {
    expect(await watched('eth0', same, trees)).toEqual([])
  })

  it('warn of a member of a bond that got slower, as the bond driver tells it', async () => {
    const prints = [1, 2].map(() => bond('e0', [member('e0', 'ACTIVE', true, 0)]))
    const proc = (megabits: number): Tree => ({
      '/proc/net/bonding/bond0': `Bonding Mode: fault-tolerance (active-backup)\nCurrently Active Slave: e0\n
Slave Interface: e0\nMII Status: up\nSpeed: ${megabits} Mbps\nDuplex: full\nLink Failure Count: 0\n`,
    })
    expect(await watched('bond0', prints, [proc(1000), proc(10)])).toEqual([
      '10000 warn: e0 of the bond runs at 10mbit, at 1gbit before',
    ])
  })
})
