/** Faults that take links, addresses and routes away: what they cost is put back exactly. */
import {execFileSync} from 'node:child_process'
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {openFaultEngine} from '../../../src/faults/engine.ts'
import type {FaultSpec} from '../../../src/faults/fault.ts'
import {FaultOperations} from '../../../src/faults/operations.ts'
import {loadFault} from '../../../src/faults/registry.ts'
import {DEVICE, FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {namespacesMissing, runIn} from '../../support/namespaces.ts'

const reason = namespacesMissing()
let rig: FaultRig
const near = (...args: readonly string[]): string => runIn(rig.pair.near, 'ip', args)

/** Addresses and routes, without what counts down or names who looked. */
const state = (): string =>
  [
    near('-o', 'address', 'show'),
    near('route', 'show', 'table', 'all'),
    near('-6', 'route', 'show', 'table', 'all'),
  ]
    .join('\n')
    .replaceAll(/valid_lft \d+sec|preferred_lft \d+sec|expires \d+sec/g, 'counting')
    .replaceAll(' tentative', '')
    .split('\n')
    .toSorted()
    .join('\n')

beforeAll(() => {
  if (reason !== null) return
  rig = new FaultRig()
  for (const line of [
    `addr add 10.99.0.7/24 dev ${DEVICE} label ${DEVICE}:x`,
    `addr add 10.97.0.1/32 dev ${DEVICE} valid_lft 4000 preferred_lft 2000`,
    `-6 addr add fd98::1/64 dev ${DEVICE} metric 77 nodad`,
    `route add 10.98.0.0/24 via ${FAR4} metric 50 mtu 1300`,
    `route add default via ${FAR4} table 42`,
    `-6 route add fd97::/64 via ${FAR6} metric 33`,
    `route add unreachable 10.96.0.0/24`,
  ]) {
    near(...line.split(' '))
  }
})
beforeEach(async (context) => {
  if (reason !== null) return context.skip(reason)
  // The link-local address is there when the kernel has checked that nobody else has it.
  const tentative = (): boolean => near('-6', '-o', 'addr', 'show', 'dev', DEVICE).includes('tentative')
  await vi.waitUntil(() => !tentative(), {timeout: 5000})
})
afterEach(async () => {
  if (reason === null) await rig.clear()
})
afterAll(async () => {
  if (reason === null) await rig.close()
})

const device = {device: DEVICE}

describe('what is taken away', () => {
  it.each([
    ['a link', {kind: 'link', scope: device}, [false, false]],
    ['the first IPv4 address', {kind: 'address', address: '10.99.0.1', scope: device}, [false, true]],
    ['an IPv6 address', {kind: 'address', address: 'fd99::1', scope: device}, [true, false]],
    ['an address that times out', {kind: 'address', address: '10.97.0.1', scope: device}, [true, true]],
    ['a route', {kind: 'route', mode: 'remove', scope: {to: '10.98.0.0/24'}}, [true, true]],
    ['the way to two hosts', {kind: 'route', scope: {to: `${FAR4},${FAR6}`}}, [false, false]],
    ['the way into a black hole', {kind: 'route', mode: 'blackhole', scope: {to: FAR4}}, [false, true]],
    ['the permission', {kind: 'route', mode: 'prohibit', scope: {to: FAR6}}, [true, false]],
  ])('%s is gone as asked, and comes back with all that depended on it', async (_, words, pings) => {
    const before = state()
    const fault = await rig.apply(words)
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(state()).not.toBe(before)
    expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual(pings)
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    // The kernel's own route to the link-local address waits until its check for duplicates is over.
    await expect.poll(state, {timeout: 5000}).toBe(before)
    expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual([true, true])
  })

  it('can be the carrier: the other end goes down', async () => {
    const carrier = (): boolean => runIn(rig.pair.far, 'ip', ['link', 'show', 'nd1']).includes('NO-CARRIER')
    const fault = await rig.apply({kind: 'link', scope: device})
    expect(carrier()).toBe(true)
    await fault.remove()
    await expect.poll(carrier).toBe(false)
  })

  it.each([
    ['10.99.0.9/24', '10.99.0.9/24'],
    ['10.95.0.1', '10.95.0.1/32'],
    ['fd96::1/64', 'fd96::1/64'],
  ])('and %s is added for so long', async (address, shown) => {
    const before = state()
    const fault = await rig.apply({kind: 'address', mode: 'add', address, scope: device})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(near('-o', 'address', 'show', 'dev', DEVICE)).toContain(` ${shown} `)
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    await expect.poll(state, {timeout: 5000}).toBe(before)
  })

  it('is told apart by the code that a program sees', async () => {
    await rig.listen(7001)
    const seen: string[] = []
    for (const mode of ['unreachable', 'prohibit', 'blackhole']) {
      const fault = await rig.apply({kind: 'route', mode, scope: {to: FAR4}})
      seen.push(await rig.connect(FAR4, 7001))
      await fault.remove()
    }
    expect(seen).toEqual(['EHOSTUNREACH', 'EACCES', 'EINVAL'])
  })

  it('is taken once: a second fault on the same addresses and routes is refused', async () => {
    await rig.apply({kind: 'link', scope: device})
    const again = await rig
      .apply({kind: 'address', address: '10.99.0.1', scope: device})
      .catch((error: unknown) => error)
    expect(isUserError(again) && again.problems[0]?.code).toBe('FAULT_OVERLAP')
  })
})

/** An `ip` that comes first in PATH, lies about some calls and hands on the others. */
function lyingIp(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'netdrill-fake-ip-'))
  const real = execFileSync('which', ['ip'], {encoding: 'utf8'}).trim()
  writeFileSync(join(folder, 'ip'), `#!/bin/sh\n${script}\nexec ${real} "$@"\n`)
  chmodSync(join(folder, 'ip'), 0o755)
  return folder
}

describe('with an ip that lies', () => {
  const words = {kind: 'link', scope: device}
  const path = process.env['PATH'] ?? ''

  /** What the fault says of itself, with such an ip; PATH is put back before the answer. */
  const applyWith = async (script: string): Promise<string> => {
    const folder = lyingIp(script)
    process.env['PATH'] = `${folder}:${path}`
    const engine = openFaultEngine(rig.ports, {run: `lie-${process.pid}`})
    const binding = {place: {kind: 'netns', name: rig.pair.near}, device: null, proxy: null} as const
    try {
      const spec = (await loadFault('link')).schema.parse(words) as FaultSpec
      const allow = {broad: true, lockout: false}
      const plan = await engine.plan({id: 'lie', name: 'lie', spec, binding, lasts: 5000, allow})
      const fault = await engine.apply(plan, binding)
      const {restored} = await fault.remove()
      return `asAsked ${fault.asAsked}, restored ${restored}`
    } catch (error) {
      if (isUserError(error)) return error.problems[0]?.code ?? ''
      throw error
    } finally {
      process.env['PATH'] = path
      await engine.close()
      rmSync(folder, {recursive: true})
    }
  }

  it.each([
    [
      'does nothing and reports success',
      'case "$*" in *-batch*) exit 0;; esac',
      'asAsked false, restored true',
    ],
    ['fails', 'case "$*" in *-force*) ;; *-batch*) exit 1;; esac', 'FAULT_APPLY'],
    ['speaks another JSON', 'case "$*" in *-j*) echo "[{\\"v\\":99}]"; exit 0;; esac', 'CAPABILITY_MISSING'],
    ['puts nothing back', 'case "$*" in *-force*) exit 0;; esac', 'asAsked true, restored false'],
  ])('and %s, the fault does not pass and leftovers are told', async (_, script, expected) => {
    const before = state()
    expect(await applyWith(script)).toBe(expected)
    near('link', 'set', 'dev', DEVICE, 'up')
    for (const entry of await recover()) expect(entry.restored).toBe(true)
    await expect.poll(state, {timeout: 5000}).toBe(before)
  })
})

/** Finishes what the lying ip left, with the true one. */
async function recover(): Promise<readonly {readonly restored: boolean}[]> {
  return (await FaultOperations.open(rig.ports)).recover()
}
