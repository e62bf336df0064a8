/** From the names of a drill document to addresses: which device, which destination, which targets a fault hits. */
import {addressFamily, isInNetwork, isNetwork} from '../core/address.ts'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {HOST} from '../core/place.ts'
import {suggest} from '../core/text.ts'
import {parseTargetUrl} from '../core/target.ts'
import type {FaultBinding, FaultScope, FaultSpec} from '../faults/fault.ts'
import type {Lab} from '../lab/lab.ts'
import type {DrillSpec, DrillTarget} from './drill-spec.ts'

export interface BoundFault {
  readonly spec: FaultSpec
  readonly binding: FaultBinding
  /** Only the userspace proxy may be used. */
  readonly proxyOnly: boolean
  /** Names of the targets inside the scope. */
  readonly affected: readonly string[]
}

/** Replaces server and node names in the scope by addresses and finds out where the fault has to act. */
export function bindFault(name: string, drill: DrillSpec, lab: Lab): BoundFault {
  const spec = drill.faults[name]
  if (!spec) throw unknownName('fault', name, Object.keys(drill.faults))
  const scope = spec.scope ?? {}
  const from = scope.from ?? drill.from
  const resolved = resolveScope(scope, drill, lab)
  const server = scope.to !== undefined && drill.lab ? drill.lab.servers[scope.to] : undefined
  const toNode = server?.node ?? (scope.to !== undefined && isNode(drill, scope.to) ? scope.to : null)
  const link = from !== null && toNode !== null && from !== toNode ? lab.link(from, toNode) : null
  const inLab = lab.isolation === 'namespaces' && from !== null && isNode(drill, from)
  return {
    spec: {...spec, scope: {...resolved, from: undefined}},
    binding: {
      place: inLab ? lab.place(from) : HOST,
      device: scope.device ?? link?.from.device ?? null,
      proxy: scope.to === undefined || !server ? null : lab.proxyOf(scope.to),
    },
    proxyOnly: drill.lab !== null && lab.isolation === 'loopback',
    affected: drill.targets.filter((target) => isHit(target, resolved, lab)).map((target) => target.name),
  }
}

function resolveScope(scope: FaultScope, drill: DrillSpec, lab: Lab): FaultScope {
  const {to} = scope
  if (to === undefined) return scope
  const serving = Object.hasOwn(lab.servers(), to) ? lab.servers()[to] : undefined
  if (serving) {
    const url = parseTargetUrl(lab.resolve(`tcp://{${to}}`))
    const port = url.ok ? (url.value.port ?? serving.port) : serving.port
    return {...scope, to: url.ok ? url.value.host : serving.address, port: scope.port ?? port}
  }
  if (isNode(drill, to)) {
    const link = lab.link(scope.from ?? drill.from ?? '', to)
    return {...scope, to: link?.to.address ?? '127.0.0.1'}
  }
  if (!isNetwork(to)) {
    throw unknownName('server, node or address', to, [
      ...Object.keys(drill.lab?.servers ?? {}),
      ...(drill.lab?.nodes ?? []),
    ])
  }
  return scope
}

function isNode(drill: DrillSpec, name: string): boolean {
  return drill.lab?.nodes.includes(name) ?? false
}

/** Whether the traffic of a target matches every part of the scope. */
function isHit(target: DrillTarget, scope: FaultScope, lab: Lab): boolean {
  if (target.role === 'control') return false
  const parsed = parseTargetUrl(lab.resolve(target.url))
  if (!parsed.ok) return false
  const {host, port, kind} = parsed.value
  const protocol = kind === 'ping' ? 'icmp' : kind === 'dns' ? 'udp' : 'tcp'
  if (scope.protocol !== undefined && scope.protocol !== protocol) return false
  if (scope.port !== undefined && (kind === 'ping' || scope.port !== (port ?? (kind === 'dns' ? 53 : null))))
    return false
  return scope.to === undefined || coversAddress(scope.to, host)
}

/** A target given by name counts as covered: whoever scoped the fault by address has to mean it. */
function coversAddress(scope: string, host: string): boolean {
  return addressFamily(host) === null || isInNetwork(host, scope)
}

function unknownName(what: string, name: string, known: readonly string[]): UserError {
  const near = suggest(name, known)
  return new UserError(
    {
      code: 'CONFIG_REFERENCE',
      message: `there is no ${what} "${name}"`,
      advice: near ? [`did you mean "${near}"?`] : known.length > 0 ? [`known: ${known.join(', ')}`] : [],
    },
    EXIT.usage,
  )
}
