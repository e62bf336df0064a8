import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import {openPorts} from '../../../src/app/ports.ts'
import {inPlace} from '../../../src/core/place-command.ts'
import type {Lab} from '../../../src/lab/lab.ts'
import {openLab} from '../../../src/lab/open-lab.ts'
import {labSchema} from '../../../src/lab/schema.ts'
import {inhabited, namespaceOf} from '../../support/living-namespaces.ts'

const ports = openPorts(1)
const SPEC = {
  isolation: 'required',
  nodes: {
    client: {resolver: {servers: ['server'], search: ['lab.test']}},
    router: {
      router: true,
      nat: ['wan'],
      firewall: [
        {deny: 'reject', protocol: 'tcp', port: 7002, to: 'server'},
        {deny: 'reset', port: 7003},
        {deny: 'drop', protocol: 'tcp', port: 7004},
      ],
    },
    server: {addresses: ['198.51.100.7/32']},
    neighbour: null,
  },
  links: [
    {
      name: 'wan',
      between: ['router', 'server'],
      subnet: '10.78.0.0/24',
      subnet6: 'fd78::/64',
      mtu: 1400,
      rate: '100mbit',
    },
  ],
  networks: {lan: {nodes: ['client', 'router', 'neighbour'], subnet: '10.77.0.0/24', subnet6: 'fd77::/64'}},
  servers: {
    names: {kind: 'dns', node: 'server', port: 53, options: {records: {'api.lab.test': '10.78.0.2'}}},
    peer: {
      kind: 'command',
      node: 'server',
      port: 7001,
      // Tells every client its address, so that NAT can be seen; and leaves a child behind, which has to end as well.
      options: {
        command: [
          process.execPath,
          '-e',
          "require('child_process').spawn('sleep', ['600'], {detached: true}).unref();" +
            "require('net').createServer((s) => s.end(s.remoteAddress)).listen({port: +process.argv[1], host: '::'})",
          '{port}',
        ],
      },
    },
  },
}

let lab: Lab
let reason: string | null = null
let namespaces: (string | null)[] = []
beforeAll(async () => {
  const report = await ports.capabilities.check('network-namespaces')
  if (report.status !== 'present') reason = `no network namespaces: ${report.found}`
  if (reason !== null) return
  lab = await openLab(labSchema.parse(SPEC), ports, {
    origin: ports.clock.now(),
    seed: 1,
    signal: new AbortController().signal,
    onLoss: () => {},
  })
  namespaces = ['client', 'router', 'server', 'neighbour', 'lan', 'wire-wan'].map((node) => {
    const place = lab.place(node)
    return namespaceOf(place.kind === 'process' ? place.pid : -1)
  })
})
afterAll(async () => lab?.down())

async function run(node: string, file: string, ...args: string[]): Promise<string> {
  const {stdout, stderr} = await ports.exec.run({...inPlace(lab.place(node), file, args), timeout: 10_000})
  return stdout + stderr
}

/** Connects and prints what the server says, or the error. */
const CLIENT =
  "require('net').connect({port: +process.argv[2], host: process.argv[1]}).setEncoding('utf8').setTimeout(700, function () { console.log('silence'); this.destroy() })" +
  ".on('data', (text) => console.log(text)).on('error', (error) => console.log(error.code))"
const connect = async (host: string, port: number): Promise<string> =>
  (await run('client', process.execPath, '-e', CLIENT, host, String(port))).trim()

describe('a lab with a router, a switch and a slow link', () => {
  it('routes in both families, and hides the client behind the router', async (ctx) => {
    if (reason !== null) ctx.skip(reason)
    expect(await connect('10.78.0.2', 7001)).toBe('::ffff:10.78.0.1')
    expect(await connect('fd78::2', 7001)).toBe('fd78::1')
    expect(await run('client', 'ping', '-c1', '-W2', '10.77.0.3')).toContain('1 received')
  })

  it('denies at the router by silence, ICMP and RST', async (ctx) => {
    if (reason !== null) ctx.skip(reason)
    const answers = await Promise.all([7002, 7003, 7004].map(async (port) => connect('10.78.0.2', port)))
    expect(answers).toEqual(['EHOSTUNREACH', 'ECONNREFUSED', 'silence'])
  })

  it('completes names by the client’s own resolver, and the machine keeps its own', async (ctx) => {
    if (reason !== null) ctx.skip(reason)
    expect(await run('client', 'getent', 'hosts', 'api')).toContain('10.78.0.2')
    expect(await run('client', 'cat', '/etc/resolv.conf')).toBe('nameserver 10.78.0.2\nsearch lab.test\n')
    expect(await run('neighbour', 'cat', '/etc/resolv.conf')).not.toContain('lab.test')
  })

  it('has the MTU of the link, further addresses, and the rate where the nodes’ devices stay free', async (ctx) => {
    if (reason !== null) ctx.skip(reason)
    expect(await run('server', 'ip', '-o', 'link', 'show', 'eth0')).toContain('mtu 1400')
    expect(await run('server', 'ip', '-o', 'address', 'show', 'lo')).toContain('198.51.100.7/32')
    expect(await run('wire-wan', 'tc', 'qdisc', 'show', 'dev', 'port0')).toContain('rate 100Mbit')
    expect(await run('server', 'tc', 'qdisc', 'show', 'dev', 'eth0')).not.toContain('tbf')
  })

  it('knows the way from one node to another through the router', (ctx) => {
    if (reason !== null) ctx.skip(reason)
    expect(lab.link('client', 'server')).toEqual({
      from: {node: 'client', device: 'eth0', address: '10.77.0.1'},
      to: {node: 'server', device: 'eth0', address: '10.78.0.2'},
    })
    expect(lab.resolve('tcp://{peer}, {peer.wan}, {router.lan}, {router.wan}')).toBe(
      'tcp://10.78.0.2:7001, 10.78.0.2:7001, 10.77.0.2, 10.78.0.1',
    )
  })

  it('leaves nothing, not even what its command has started', async (ctx) => {
    if (reason !== null) ctx.skip(reason)
    expect(inhabited(namespaces)).toHaveLength(6)
    await lab.down()
    // The kernel ends the process namespace of the command a moment after its first process.
    await vi.waitFor(() => expect(inhabited(namespaces)).toEqual([]), {timeout: 3000})
  })
})
