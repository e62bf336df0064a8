import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {execFileSync, spawn} from 'node:child_process'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {type BondedPath, batch, inNamespace, kernelBond, makeBondedPath} from '../support/bonded-path.ts'
import {BIN} from '../support/program.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bonds-'))
})
afterAll(async () => {
  await rm(folder, {recursive: true, force: true})
})

interface Watch {
  readonly url: string
  /** Resolves when this has been said. */
  said(pattern: RegExp): Promise<void>
  stop(): Promise<void>
}

async function watchIn(namespace: string, document: string): Promise<Watch> {
  const file = join(folder, 'net.yaml')
  await writeFile(file, document)
  const argv = ['netns', 'exec', namespace, process.execPath, BIN, 'monitor', file, '--listen', '127.0.0.1:0']
  const child = spawn('ip', argv, {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, HOME: folder}})
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (text += data.toString()))
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const said = async (pattern: RegExp): Promise<void> => {
    const end = performance.now() + 90_000
    while (!pattern.test(text)) {
      if (performance.now() > end || child.exitCode !== null)
        throw new Error(`never said ${String(pattern)}: ${text}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  await said(/http:\/\/127\.0\.0\.1:\d+/)
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  return {url: /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '', said, stop}
}

describe('a bond of the kernel under monitor', () => {
  let path: BondedPath
  let watch: Watch
  beforeAll(async () => {
    execFileSync('modprobe', ['tun'])
    path = makeBondedPath(
      'mode active-backup arp_interval 500 arp_ip_target 10.98.0.2 arp_validate all primary e0',
    )
    batch(path.near, ['tuntap add t0 mode tap', 'address add 10.97.0.1/24 dev t0', 'link set t0 up'])
    inNamespace(path.near, 'ethtool', '-s', 't0', 'speed', '1000', 'duplex', 'full')
    watch = await watchIn(
      path.near,
      [
        'version: 1',
        'defaults: {interval: 500ms, timeout: 400ms}',
        'targets:',
        '  far: ping://10.98.0.2',
        '  radio: {url: "ping://10.97.0.2", interface: t0}',
      ].join('\n'),
    )
    await watch.said(/far: connecting → connected/)
    await watch.said(/bond0: .*nothing → e0/)
  }, 120_000)
  afterAll(async () => {
    await watch.stop()
    path.remove()
  })

  const get = (what: string): string => inNamespace(path.near, 'curl', '-s', `${watch.url}/${what}`)
  /** Until both agree: the kernel may be between two states, and netdrill looks five times a second. */
  const expectAgreement = async (wanted: object): Promise<void> => {
    const look = () => {
      const status = JSON.parse(get('status')) as {interfaces: {device: string; bond: object | null}[]}
      return {
        told: status.interfaces.find(({device}) => device === 'bond0')?.bond,
        kernel: kernelBond(path.near),
      }
    }
    await expect
      .poll(
        () => {
          const {told, kernel} = look()
          expect(kernel).toMatchObject(wanted)
          expect(told).toMatchObject(kernel)
          return true
        },
        {timeout: 60_000, interval: 500},
      )
      .toBe(true)
  }

  it('is shown as the kernel tells it', async () => {
    await expectAgreement({
      mode: 'active-backup',
      active: 'e0',
      primary: 'e0',
      members: [
        {device: 'e0', up: true, speed_bits_per_second: 1e10, duplex: 'full'},
        {device: 'e1', up: true},
      ],
    })
    const metrics = get('metrics')
    expect(metrics).toMatch(/^netdrill_bond_member_active\{device="bond0",member="e0"\} 1$/m)
    expect(metrics).toMatch(/^netdrill_bond_member_active\{device="bond0",member="e1"\} 0$/m)
    expect(metrics).toMatch(/^netdrill_interface_speed_bits_per_second\{device="e0"\} 10000000000$/m)
    expect(metrics).toMatch(/^netdrill_bond_switches_total\{device="bond0"\} 0$/m)
  }, 90_000)

  it('warns of the member that stands by while all is well, and of a link that got slower', async () => {
    execFileSync('tc', ['-n', path.far, ...'qdisc add dev f1 root netem loss 100%'.split(' ')])
    inNamespace(path.near, 'ethtool', '-s', 't0', 'speed', '100', 'duplex', 'half')
    await watch.said(/bond0: .*early warning: e1 of the bond is down/)
    await watch.said(/t0: .*early warning: it runs at 100mbit, at 1gbit before, .*half duplex/)
    await expectAgreement({active: 'e0', members: [{up: true}, {up: false}]})
    expect(get('metrics')).toMatch(/^netdrill_bond_switches_total\{device="bond0"\} 0$/m)
    execFileSync('tc', ['-n', path.far, 'qdisc', 'del', 'dev', 'f1', 'root'])
    await expectAgreement({active: 'e0', members: [{up: true}, {up: true}]})
  }, 120_000)

  it('tells which member it left, which it took, and why', async () => {
    batch(path.far, ['link set f0 down'])
    await watch.said(/bond0: .*e0 → e1: e0 is down/)
    await expectAgreement({active: 'e1', members: [{device: 'e0', up: false}, {up: true}]})
    expect(get('metrics')).toMatch(/^netdrill_bond_switches_total\{device="bond0"\} [1-9]$/m)
    // Members fail while the path is made, too: the count is the kernel's, whatever it is.
    const {failures} = (kernelBond(path.near) as {members: {failures: number}[]}).members[0] ?? {}
    expect(failures).toBeGreaterThan(0)
    expect(get('metrics')).toContain(
      `netdrill_bond_member_failures{device="bond0",member="e0"} ${failures ?? 0}\n`,
    )
  }, 90_000)
})
