/** Three network namespaces in a row, for what a router in between does to packets. */
import {execFileSync, spawn} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import type {ProbeResult} from '../../src/core/probe-result.ts'
import {BIN} from './program.ts'
import {ipIn, runIn} from './namespaces.ts'

/** The router has 10.81.0.254 and fd81::fe on the near side, 10.82.0.254 and fd82::fe on the far one. */
export interface NamespacePath {
  /** 10.81.0.1 and fd81::1, on the device nd0. */
  readonly near: string
  readonly router: string
  /** 10.82.0.2 and fd82::2, on the device nd3; the router's device to it is nd2. */
  readonly far: string
  remove(): void
}

export function makeNamespacePath(): NamespacePath {
  const id = randomBytes(3).toString('hex')
  const [near, router, far] = [`nd-near-${id}`, `nd-mid-${id}`, `nd-far-${id}`]
  for (const name of [near, router, far]) {
    execFileSync('ip', ['netns', 'add', name], {stdio: 'pipe'})
    ipIn(name, 'link set lo up')
    // A router looks for no neighbour as long as its link-local address is checked for duplicates.
    const dad = ['net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.default.dad_transmits=0']
    runIn(name, 'sysctl', ['-q', '-w', 'net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0', ...dad])
  }
  ipIn(near, `link add nd0 type veth peer name nd1 netns ${router}`)
  ipIn(far, `link add nd3 type veth peer name nd2 netns ${router}`)
  runIn(router, 'sysctl', ['-q', '-w', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'])
  for (const [name, device, v4, v6] of [
    [near, 'nd0', '10.81.0.1/24', 'fd81::1/64'],
    [router, 'nd1', '10.81.0.254/24', 'fd81::fe/64'],
    [router, 'nd2', '10.82.0.254/24', 'fd82::fe/64'],
    [far, 'nd3', '10.82.0.2/24', 'fd82::2/64'],
  ] as const) {
    ipIn(name, `addr add ${v4} dev ${device}`)
    ipIn(name, `addr add ${v6} dev ${device} nodad`)
    ipIn(name, `link set ${device} up`)
  }
  ipIn(near, 'route add default via 10.81.0.254')
  ipIn(near, '-6 route add default via fd81::fe')
  ipIn(far, 'route add default via 10.82.0.254')
  ipIn(far, '-6 route add default via fd82::fe')
  // Neighbours are looked up before anything counts packets.
  for (const to of ['10.82.0.2', 'fd82::2']) runIn(near, 'ping', ['-c', '1', '-i', '0.2', '-w', '5', to])
  const remove = (): void => {
    for (const name of [near, router, far]) execFileSync('ip', ['netns', 'del', name], {stdio: 'pipe'})
  }
  return {near, router, far, remove}
}

export interface ProbedHere {
  readonly code: number | null
  readonly result: ProbeResult
}

/** Runs `netdrill probe … --json` of the built bundle inside a namespace. */
export async function probeIn(namespace: string, args: readonly string[]): Promise<ProbedHere> {
  const line = ['netns', 'exec', namespace, process.execPath, BIN, 'probe', ...args, '--json']
  const child = spawn('ip', line, {stdio: ['ignore', 'pipe', 'pipe']})
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (stdout === '') throw new Error(`no output: ${stderr}`)
  return {code, result: JSON.parse(stdout) as ProbeResult}
}

/** Counts what arrives at a namespace before anything is put together again; one rule body per name. */
export function countArrivals(namespace: string, rules: Readonly<Record<string, string>>): void {
  const lines = Object.entries(rules).flatMap(([name, rule]) => [
    `add counter inet seen n_${name}`,
    `add rule inet seen arrivals ${rule} counter name n_${name}`,
  ])
  const table = [
    'add table inet seen',
    'flush table inet seen',
    'delete table inet seen',
    'add table inet seen',
  ]
  const chain = 'add chain inet seen arrivals { type filter hook prerouting priority -500; }'
  runIn(namespace, 'nft', [[...table, chain, ...lines].join('\n')])
}

/** The packets of each counter. */
export function readArrivals(namespace: string): Readonly<Record<string, number>> {
  const text = runIn(namespace, 'nft', ['-j', 'list', 'counters', 'table', 'inet', 'seen'])
  const {nftables} = JSON.parse(text) as {
    nftables: readonly {counter?: {name: string; packets: number}}[]
  }
  return Object.fromEntries(
    nftables.flatMap(({counter}) => (counter ? [[counter.name.slice(2), counter.packets]] : [])),
  )
}
