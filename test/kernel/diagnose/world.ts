/**
 * A small internet: clients on one network, a router with name servers, and servers behind it.
 *
 *     client namespaces 10.77.0.x ── br0 10.77.0.1 [router, DNS .53-.58] 10.88.0.1 ── 10.88.0.10 … servers
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {once} from 'node:events'
import {existsSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {ipIn, runIn} from '../../support/namespaces.ts'
import type {ServeWorld} from './serve-world.ts'

const SERVE = new URL('serve-world.ts', import.meta.url).pathname
const NETNS = '/etc/netns'

export interface ClientSpec {
  /** Lines of resolv.conf. */
  readonly resolv?: readonly string[]
  readonly hosts?: readonly string[]
  /** Commands of `ip` in the finished namespace, in place of (or after) the usual default routes. */
  readonly ip?: readonly string[]
  /** Rules of an nft output chain. */
  readonly output?: readonly string[]
  /** Commands of `ip` in the router; NAME stands for the client's port on the bridge. */
  readonly router?: readonly string[]
}

export interface World {
  /** Makes a client and gives the name of its namespace. */
  client(spec: ClientSpec): {readonly namespace: string; readonly address: string}
  /** nft commands in the router. */
  filter(commands: readonly string[]): void
  serve(where: 'router' | 'servers', specs: readonly ServeWorld[]): Promise<void>
  remove(): Promise<void>
}

const GOOD = ['nameserver 10.77.0.53']
const SERVER_ADDRESSES = ['10.88.0.10/24', '10.88.0.14/24', '10.88.0.53/24', 'fd88::10/64', 'fd88::14/64']
const NAME_SERVERS = [53, 54, 55, 56, 57, 58].map((last) => `10.77.0.${last}/24`)

export function makeWorld(): World {
  const id = randomBytes(2).toString('hex')
  const router = `nd-r-${id}`
  const servers = `nd-s-${id}`
  const namespaces = [router, servers]
  const children: ChildProcess[] = []
  for (const name of namespaces) execFileSync('ip', ['netns', 'add', name], {stdio: 'pipe'})
  batch(router, [
    'link set lo up',
    'link add br0 type bridge',
    'link set br0 up',
    ...['10.77.0.1/24', ...NAME_SERVERS].map((address) => `addr add ${address} dev br0`),
    'addr add fd77::1/64 dev br0 nodad',
    `link add up0 type veth peer name dn0 netns ${servers}`,
    'addr add 10.88.0.1/24 dev up0',
    'addr add fd88::1/64 dev up0 nodad',
    'link set up0 up',
  ])
  batch(servers, [
    'link set lo up',
    ...SERVER_ADDRESSES.map(
      (address) => `addr add ${address} dev dn0${address.includes(':') ? ' nodad' : ''}`,
    ),
    'link set dn0 up',
    'route add default via 10.88.0.1',
    'route add default via fd88::1',
  ])
  const quiet = ['net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0']
  const forward = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']
  runIn(router, 'sysctl', ['-q', '-w', ...quiet, ...forward])
  runIn(servers, 'sysctl', ['-q', '-w', ...quiet])
  let count = 0
  return {
    client: (spec) => {
      count++
      const namespace = `nd-c${count}-${id}`
      namespaces.push(namespace)
      const address = `10.77.0.${count + 100}`
      makeClient(router, namespace, {...spec, count, address})
      return {namespace, address}
    },
    filter: (commands) => {
      for (const command of commands) runIn(router, 'nft', [command])
    },
    serve: async (where, specs) => {
      const args = ['netns', 'exec', where === 'router' ? router : servers]
      const child = spawn('ip', [...args, process.execPath, '--no-warnings', SERVE, JSON.stringify(specs)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      children.push(child)
      await Promise.race([
        once(child.stdout, 'data'),
        once(child, 'exit').then(() => Promise.reject(new Error('the servers did not start'))),
      ])
    },
    remove: async () => {
      for (const child of children) {
        const ended = child.exitCode === null ? once(child, 'exit') : null
        child.stdin?.end()
        await ended
      }
      for (const name of namespaces) removeNamespace(name)
    },
  }
}

function batch(namespace: string, lines: readonly string[]): void {
  execFileSync('ip', ['-n', namespace, '-batch', '-'], {input: lines.join('\n'), stdio: 'pipe'})
}

function makeClient(
  router: string,
  namespace: string,
  {
    resolv = GOOD,
    hosts = [],
    ip = [],
    output = [],
    router: after = [],
    count,
    address,
  }: ClientSpec & {
    count: number
    address: string
  },
): void {
  execFileSync('ip', ['netns', 'add', namespace], {stdio: 'pipe'})
  const port = `p${count}`
  batch(router, [
    `link add ${port} type veth peer name eth0 netns ${namespace}`,
    `link set ${port} master br0`,
    `link set ${port} up`,
  ])
  batch(namespace, [
    'link set lo up',
    `addr add ${address}/24 dev eth0`,
    `addr add fd77::${count + 100}/64 dev eth0 nodad`,
    'link set eth0 up',
    'route add default via 10.77.0.1',
    'route add default via fd77::1',
  ])
  for (const line of ip) ipIn(namespace, line)
  for (const line of after) ipIn(router, line.replaceAll('NAME', port))
  if (output.length > 0) {
    const chain = ['type filter hook output priority 0', ...output].map((line) => `${line};`).join(' ')
    runIn(namespace, 'nft', [`table inet nd_test { chain output { ${chain} }; }`])
  }
  const folder = `${NETNS}/${namespace}`
  mkdirSync(folder, {recursive: true})
  writeFileSync(`${folder}/resolv.conf`, `${resolv.join('\n')}\n`)
  writeFileSync(`${folder}/hosts`, ['127.0.0.1 localhost', ...hosts, ''].join('\n'))
}

function removeNamespace(name: string): void {
  execFileSync('ip', ['netns', 'del', name], {stdio: 'pipe'})
  rmSync(`${NETNS}/${name}`, {recursive: true, force: true})
  if (existsSync(NETNS) && readdirSync(NETNS).length === 0) rmSync(NETNS, {recursive: true})
}
