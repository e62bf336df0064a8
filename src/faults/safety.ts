/** Refuses faults that would lock the operator out or hit more than was meant. */
import {isIP} from 'node:net'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {HOST} from '../core/place.ts'
import type {Ports} from '../core/ports.ts'
import type {FaultRequest} from './fault.ts'
import {asList, asText, at} from './json-shape.ts'
import {routeDevice} from './observe.ts'
import {describeScope, isBroadScope, scopeCovers} from './scope.ts'
import type {Situation} from './situation.ts'
import type {Tools} from './tools.ts'

/** An address that must stay reachable, and the port there; null protects the address as such. */
export interface Protected {
  readonly address: string
  readonly port: number | null
  readonly protocols: readonly ('tcp' | 'udp')[]
  readonly what: string
}

type SafetyPorts = Pick<Ports, 'host' | 'resolver'>

/** Throws FAULT_BROAD_SCOPE or FAULT_LOCKOUT (exit 7). A lab node is cut off from everything worth protecting. */
export async function checkSafety(
  request: FaultRequest,
  situation: Situation,
  ports: SafetyPorts,
  tools: Tools,
): Promise<void> {
  if (request.binding.place.kind === 'process') return
  if (isBroadScope(situation.scope) && !request.allow.broad) {
    throw refused(
      'FAULT_BROAD_SCOPE',
      `the scope is ${describeScope(situation.scope)}: it names no single destination`,
      [
        'name a destination with --to (an address, a network or a host name)',
        'if you mean it: --allow-broad',
      ],
    )
  }
  if (situation.place.kind !== 'host' || request.allow.lockout) return
  const hits = await Promise.all(
    (await protectedAddresses(ports, tools)).map(async (item) =>
      (await isHit(item, situation, tools)) ? [item] : [],
    ),
  )
  const [first] = hits.flat()
  if (!first) return
  throw refused('FAULT_LOCKOUT', `the scope covers ${first.what} ${first.address}`, [
    'narrow the scope with --to and --port',
    'if you mean it: --allow-lockout',
  ])
}

async function isHit(item: Protected, {scope, device}: Situation, tools: Tools): Promise<boolean> {
  const {protocol} = scope
  if (protocol === 'icmp' && item.port !== null) return false
  if (protocol !== null && protocol !== 'icmp' && item.port !== null && !item.protocols.includes(protocol))
    return false
  // A port scope spares an address that is protected as such: the router still routes.
  if (item.port === null && scope.port !== null) return false
  if (!scopeCovers(scope, item.address, item.port)) return false
  if (!device) return true
  const way = await routeDevice(tools, HOST, item.address)
  return [null, device.name, device.partOf].includes(way)
}

/** The operator's own SSH session, the name servers and the default gateways of this machine. */
async function protectedAddresses(ports: SafetyPorts, tools: Tools): Promise<readonly Protected[]> {
  const [sessions, servers, gateways] = await Promise.all([
    sshPeers(ports, tools),
    ports.resolver.configuration().then(
      (configuration) => configuration.servers,
      () => [],
    ),
    defaultGateways(tools),
  ])
  return [
    ...sessions,
    ...servers.map((address) => ({
      address,
      port: 53,
      protocols: ['udp', 'tcp'] as const,
      what: 'the name server',
    })),
    ...gateways.map((address) => ({address, port: null, protocols: [], what: 'the default gateway'})),
  ]
}

/** From the environment, and where sudo has removed that, from the established connections of port 22. */
async function sshPeers({host}: SafetyPorts, tools: Tools): Promise<readonly Protected[]> {
  const [peer = '', port = ''] = (host.env('SSH_CONNECTION') ?? '').split(' ')
  const peers: readonly (readonly [string, number])[] =
    isIP(peer) > 0 ? [[peer, Number(port)]] : await loggedIn(tools)
  return peers.map(([address, remotePort]) => ({
    address,
    port: remotePort,
    protocols: ['tcp'],
    what: 'the address of an SSH session',
  }))
}

async function loggedIn(tools: Tools): Promise<readonly (readonly [string, number])[]> {
  const args = ['-Htn', 'state', 'established', 'sport', '=', ':22']
  const result = await tools.run(HOST, {type: 'exec', file: 'ss', args})
  if (result.exitCode !== 0) return []
  return result.stdout.split('\n').flatMap((line) => {
    const match = /^(.*):(\d+)$/.exec(line.trim().split(/\s+/)[3] ?? '')
    const address = (match?.[1] ?? '').replace(/^\[(?:::ffff:)?|\]$/g, '')
    return isIP(address) > 0 ? [[address, Number(match?.[2])] as const] : []
  })
}

async function defaultGateways(tools: Tools): Promise<readonly string[]> {
  const answers = await Promise.all(
    ['-4', '-6'].map(async (family) => tools.json(HOST, 'ip', [family, '-j', 'route', 'show', 'default'])),
  )
  return answers.flatMap((answer) => asList(answer).flatMap((route) => asText(at(route, 'gateway')) ?? []))
}

function refused(
  code: 'FAULT_BROAD_SCOPE' | 'FAULT_LOCKOUT',
  message: string,
  advice: readonly string[],
): UserError {
  return new UserError({code, message, advice}, EXIT.refused)
}
