/** A bond of the kernel in a namespace, with a bridge at its other end: what a switch would be. */
import {execFileSync} from 'node:child_process'
import {randomBytes} from 'node:crypto'

export interface BondedPath {
  /** Has bond0 of e0 and e1, and 10.98.0.1. */
  readonly near: string
  /** Has the other ends, f0 and f1, and 10.98.0.2. */
  readonly far: string
  remove(): void
}

/** `words` are those of `ip link add … type bond`. */
export function makeBondedPath(words: string): BondedPath {
  const id = randomBytes(3).toString('hex')
  const [near, far] = [`nd-near-${id}`, `nd-far-${id}`]
  for (const name of [near, far]) execFileSync('ip', ['netns', 'add', name])
  batch(near, [
    'link set lo up',
    ...[0, 1].map((end) => `link add e${end} type veth peer name f${end} netns ${far}`),
    `link add bond0 type bond ${words}`,
    ...[0, 1].flatMap((end) => [`link set e${end} master bond0`, `link set e${end} up`]),
    'address add 10.98.0.1/24 dev bond0',
    'link set bond0 up',
  ])
  batch(far, [
    'link set lo up',
    'link add br0 type bridge',
    ...[0, 1].flatMap((end) => [`link set f${end} master br0`, `link set f${end} up`]),
    'address add 10.98.0.2/24 dev br0',
    'link set br0 up',
  ])
  const remove = (): void => {
    for (const name of [near, far]) execFileSync('ip', ['netns', 'del', name])
  }
  return {near, far, remove}
}

/** One start of `ip` for all lines. */
export function batch(namespace: string, lines: readonly string[]): void {
  execFileSync('ip', ['-n', namespace, '-batch', '-'], {input: `${lines.join('\n')}\n`, stdio: 'pipe'})
}

export function inNamespace(namespace: string, ...argv: readonly string[]): string {
  return execFileSync('ip', ['netns', 'exec', namespace, ...argv], {encoding: 'utf8'})
}

/** What `ip -d -j link` and the file of the bond say, taken apart by other means than netdrill's. */
export function kernelBond(namespace: string): object {
  const links = JSON.parse(
    execFileSync('ip', ['-n', namespace, '-d', '-j', 'link'], {encoding: 'utf8'}),
  ) as Link[]
  const data = links.find(({ifname}) => ifname === 'bond0')?.linkinfo?.info_data
  const text = inNamespace(namespace, 'cat', '/proc/net/bonding/bond0')
  return {
    mode: data?.mode,
    active: data?.active_slave ?? null,
    primary: data?.primary ?? null,
    members: links
      .filter(({master}) => master === 'bond0')
      .map(({ifname, linkinfo}) => {
        const slave = linkinfo?.info_slave_data
        const [, speed, duplex] =
          new RegExp(`Slave Interface: ${ifname}\\n.*\\nSpeed: (.*)\\nDuplex: (.*)\\n`).exec(text) ?? []
        return {
          device: ifname,
          state: slave?.state.toLowerCase(),
          up: slave?.mii_status === 'UP',
          mii: slave?.mii_status.toLowerCase(),
          failures: slave?.link_failure_count,
          speed_bits_per_second: speed?.endsWith(' Mbps') ? Number.parseInt(speed, 10) * 1e6 : null,
          duplex: duplex === 'Unknown' ? null : duplex,
        }
      }),
  }
}

interface Link {
  readonly ifname: string
  readonly master?: string
  readonly linkinfo?: {
    readonly info_data?: {readonly mode: string; readonly active_slave?: string; readonly primary?: string}
    readonly info_slave_data?: {
      readonly state: string
      readonly mii_status: string
      readonly link_failure_count: number
    }
  }
}
