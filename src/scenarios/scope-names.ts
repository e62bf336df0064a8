/** The names in a fault's scope, replaced by addresses; and which targets a scope covers. */
import {addressFamily, isInNetwork, isNetwork} from '../core/address.ts'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {type TargetUrl, parseTargetUrl} from '../core/target.ts'
import {suggest} from '../core/text.ts'
import type {FaultScope} from '../faults/fault.ts'
import type {Lab} from '../lab/lab.ts'
import type {DrillSpec, DrillTarget} from './drill-spec.ts'

export function isNode(drill: DrillSpec, name: string): boolean {
  return drill.lab?.nodes.includes(name) ?? false
}

/** The lab node that the scope's destination is on; null for an address. */
export function nodeOf(to: string | undefined, drill: DrillSpec): string | null {
  if (to === undefined) return null
  const {name} = splitPlace(to)
  const server = drill.lab?.servers[name]
  if (server) return server.node
  return isNode(drill, name) ? name : null
}

/** `server.wifi` is the server, or node, as it is reached over the link `wifi`. */
export function splitPlace(to: string): {readonly name: string; readonly link?: string} {
  const [name = '', link] = isNetwork(to) ? [to] : to.split('.')
  return link === undefined ? {name} : {name, link}
}

/** Throws `UserError` (exit 2) for a name that is neither server, node nor address. */
export function resolveScope(scope: FaultScope, drill: DrillSpec, lab: Lab): FaultScope {
  const {to} = scope
  if (to === undefined) return scope
  const {name, link} = splitPlace(to)
  if (Object.hasOwn(lab.servers(), name)) return resolveServer(scope, to, lab)
  if (isNode(drill, name)) {
    const way = lab.link(scope.from ?? drill.from ?? '', name, link)
    return {...scope, to: way?.to.address ?? '127.0.0.1'}
  }
  if (to.split(',').every((one) => isNetwork(one.trim()))) return scope
  throw unknownName('server, node or address', to, namesIn(drill))
}

function namesIn({lab}: DrillSpec): readonly string[] {
  return lab ? [...Object.keys(lab.servers), ...lab.nodes] : []
}

/** A server's own address and port, or those of the proxy in front of it. */
function resolveServer(scope: FaultScope, name: string, lab: Lab): FaultScope {
  const url = parseTargetUrl(lab.resolve(`tcp://{${name}}`))
  if (!url.ok) return scope
  return {...scope, to: url.value.host, port: scope.port ?? url.value.port ?? undefined}
}

/** Whether the traffic of a target matches every part of the resolved scope. Controls lie outside by definition. */
export function coversTarget(scope: FaultScope, target: DrillTarget, lab: Lab): boolean {
  if (target.role === 'control') return false
  const parsed = parseTargetUrl(lab.resolve(target.url))
  if (!parsed.ok) return false
  const url = parsed.value
  return coversProtocol(scope, url) && coversPort(scope, url) && coversHost(scope, url)
}

const PROTOCOLS = {
  ping: 'icmp',
  dns: 'udp',
  tcp: 'tcp',
  tls: 'tcp',
  http: 'tcp',
  udp: 'udp',
  stun: 'udp',
  turn: 'udp',
  mptcp: 'tcp',
  websocket: 'tcp',
} as const

export function coversProtocol({protocol}: FaultScope, url: TargetUrl): boolean {
  return protocol === undefined || protocol === protocolOf(url)
}

/** A TURN server may be reached over either. */
function protocolOf({kind, scheme, query}: TargetUrl): string {
  const isStream = kind === 'turn' && (scheme === 'turns' || /^(tcp|tls)$/.test(query['transport'] ?? ''))
  return isStream ? 'tcp' : PROTOCOLS[kind]
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  ...{dns: 53, http: 80, ws: 80, stun: 3478, turn: 3478, turns: 5349},
}

function coversPort(scope: FaultScope, {kind, scheme, port}: TargetUrl): boolean {
  if (scope.port === undefined) return true
  return kind !== 'ping' && scope.port === (port ?? DEFAULT_PORTS[scheme] ?? 443)
}

/** A target given by name counts as covered: whoever scoped the fault by address has to mean it. */
function coversHost({to}: FaultScope, {host}: TargetUrl): boolean {
  const networks = to?.split(',').map((one) => one.trim()) ?? []
  return to === undefined || addressFamily(host) === null || networks.some((one) => isInNetwork(host, one))
}

export function unknownName(what: string, name: string, known: readonly string[]): UserError {
  const near = suggest(name, known)
  const list = known.length > 0 ? [`known: ${known.join(', ')}`] : []
  const advice = near ? [`did you mean "${near}"?`] : list
  return new UserError(
    {code: 'CONFIG_REFERENCE', message: `there is no ${what} "${name}"`, advice},
    EXIT.usage,
  )
}
