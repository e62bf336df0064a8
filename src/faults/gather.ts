/** Gathers what a planner needs to know: capabilities, place, scope, device. Reads only. */
import type {Capability, CapabilityReport} from '../core/capabilities.ts'
import {UserError} from '../core/errors.ts'
import type {KeptDevice} from '../core/kept-links.ts'
import {HOST, type Place, describePlace} from '../core/place.ts'
import type {Ports} from '../core/ports.ts'
import {readForeignRoot} from './backends/foreign-root.ts'
import {type NetworkState, readNetwork} from './backends/network-state.ts'
import type {FaultRequest, FaultSpec} from './fault.ts'
import {findPlace} from './find-place.ts'
import type {PlannedKind} from './kind.ts'
import {observeOffload} from './offload.ts'
import {observeDevice, observeIngress, routeDevice, routeSource} from './observe.ts'
import {type Scope, parseScope, scopeCovers} from './scope.ts'
import type {DeviceFacts, Situation} from './situation.ts'
import type {Tools} from './tools.ts'

export async function gatherSituation(
  request: FaultRequest,
  kind: PlannedKind,
  ports: Pick<Ports, 'capabilities' | 'host' | 'files'>,
  tools: Tools,
): Promise<Situation> {
  const {binding, spec} = request
  const scope = await placeSender(parseScope(spec.scope), tools)
  const place = await findPlace(request, tools, ports.host)
  const report = await capabilityReports(kind, ports.capabilities, place)
  const proxyOnly = request.backend === 'proxy'
  const onKernel = !proxyOnly && kind.proxyOnly !== true && report('ip').status !== 'missing'
  const found = onKernel ? await findDevice(request, kind, {place, scope}, tools) : null
  const device = found && kind.shapes ? await shapedDevice(found, {kind, spec, place}, tools) : found
  const kept = kind.shapes ? await findKept(request, {place, device}, tools) : null
  return {
    id: request.id,
    lasts: request.lasts,
    place,
    scope,
    device,
    network: await networkOf(kind, place, device, tools),
    sight: (await kind.look?.(spec, {tools, files: ports.files, host: ports.host, place, scope})) ?? null,
    report: await withEgress(report, device, ports.capabilities),
    proxy: binding.proxy !== null,
    carried: isCarried(request, device, kept),
    kept,
    proxyOnly,
    crossings: device ? await crossingsOf({device, place, scope}, tools) : 1,
    tcVersion: versionOf(/iproute2-(\d+)\.(\d+)/.exec(report('tc').found)),
    kernelVersion: versionOf(/^(\d+)\.(\d+)/.exec(ports.host.platform.kernel)),
  }
}

/** A fault that names another device than that of the link is not the link's. */
function isCarried(
  {binding, spec}: FaultRequest,
  device: DeviceFacts | null,
  kept: KeptDevice | null,
): boolean {
  if (kept?.end) return true
  if (!binding.carrier) return false
  const named = spec.scope?.device ?? binding.device
  return named === null || named === binding.device || named === device?.name
}

/** Namespaces have numbers that nobody else has while somebody lives there, as the keeper of a lab sees to. */
async function findKept(
  {binding, backend}: FaultRequest,
  {place, device}: {readonly place: Place; readonly device: DeviceFacts | null},
  tools: Tools,
): Promise<KeptDevice | null> {
  if (!device || !binding.kept || backend !== undefined) return null
  const args = ['/proc/self/ns/net']
  const {exitCode, stdout} = await tools.run(place, {type: 'exec', file: 'readlink', args})
  return exitCode === 0 ? binding.kept(stdout.trim(), device.ingress?.of ?? device.name) : null
}

/** What a fault that shapes has to know of a device beyond what is there. */
async function shapedDevice(
  found: DeviceFacts,
  {kind, spec, place}: {readonly kind: PlannedKind; readonly spec: FaultSpec; readonly place: Place},
  tools: Tools,
): Promise<DeviceFacts> {
  const seen = shapesArriving(kind, spec) ? await observeIngress(tools, place, found) : found
  const plain = mayReplace(kind, spec) ? await withForeign(seen, place, tools) : seen
  return wantsNoOffload(kind, spec) ? withOffload(plain, place, tools) : plain
}

function shapesArriving(kind: PlannedKind, spec: FaultSpec): boolean {
  return kind.shapes && 'direction' in spec && spec.direction === 'in'
}

function mayReplace(kind: PlannedKind, spec: FaultSpec): boolean {
  return kind.shapes && 'replace_root' in spec && spec.replace_root === true
}

function wantsNoOffload(kind: PlannedKind, spec: FaultSpec): boolean {
  return kind.shapes && 'offload' in spec && spec.offload === 'off'
}

async function withOffload(device: DeviceFacts, place: Place, tools: Tools): Promise<DeviceFacts> {
  const {name, ingress} = device
  const asked = ingress
    ? ({device: ingress.of, key: 'gro_max_size'} as const)
    : ({device: name, key: 'gso_max_segs'} as const)
  return {...device, offload: await observeOffload(tools, place, asked)}
}

async function withForeign(device: DeviceFacts, place: Place, tools: Tools): Promise<DeviceFacts> {
  const {owner, kind, handle} = device.root
  if (owner !== 'foreign') return device
  return {...device, foreign: await readForeignRoot(tools, place, device.name, `${kind} ${handle}`)}
}

/** Where nft finds control groups: the tree of v2 may hang below that of v1. */
async function placeSender(scope: Scope, tools: Tools): Promise<Scope> {
  const cgroup = scope.sender?.cgroup
  if (cgroup === undefined) return scope
  const roots = ['', 'unified'] as const
  for (const cgroupRoot of roots) {
    const folder = ['/sys/fs/cgroup', cgroupRoot, cgroup].filter((part) => part !== '').join('/')
    const args = ['-f', '-c', '%T', folder]
    const {exitCode, stdout} = await tools.run(HOST, {type: 'exec', file: 'stat', args})
    if (exitCode === 0 && stdout.trim() === 'cgroup2fs')
      return {...scope, sender: {...scope.sender, cgroupRoot}}
  }
  throw new UserError({
    code: 'USAGE_INVALID',
    message: `there is no control group /${cgroup} (v2) on this machine`,
    advice: ['the last field of /proc/PID/cgroup names that of a process, in the line that begins with 0::'],
  })
}

async function networkOf(
  kind: PlannedKind,
  place: Place,
  device: DeviceFacts | null,
  tools: Tools,
): Promise<NetworkState | null> {
  if (kind.needsNetwork === undefined) return null
  return readNetwork(tools, place, kind.needsNetwork === 'all' ? null : (device?.name ?? null))
}

/** What every plan looks at. */
const ALWAYS: readonly Capability[] = ['linux', 'net-admin', 'tc', 'nft', 'ip']

/**
 * What this kind may ask for, and nothing else: some answers take a trial with several programs. In a user namespace that we made,
 * the rights are there whoever we are outside.
 */
async function capabilityReports(
  kind: PlannedKind,
  capabilities: Ports['capabilities'],
  place: Place,
): Promise<(capability: Capability) => CapabilityReport> {
  // A netem fault that only limits is done by a token bucket where there is no netem.
  const shaping: readonly Capability[] = kind.shapes ? ['ifb', 'qdisc-tbf', 'qdisc-htb'] : []
  const needed = new Set([...ALWAYS, ...shaping, ...kind.needs.flat()])
  const reports = new Map(
    await Promise.all([...needed].map(async (name) => [name, await capabilities.check(name)] as const)),
  )
  const inOwnUserNamespace = place.kind === 'process' && place.user
  return (capability) => {
    const report = reports.get(capability)
    if (!report) throw new TypeError(`the capability ${capability} was not asked for`)
    if (capability !== 'net-admin' || !inOwnUserNamespace) return report
    return {...report, status: 'present', found: 'root in the user namespace of the lab', remedy: ''}
  }
}

/** Only faults on a part of a bond or bridge ask for it: the answer takes a trial. */
async function withEgress(
  report: Situation['report'],
  device: DeviceFacts | null,
  capabilities: Ports['capabilities'],
): Promise<Situation['report']> {
  if (device?.partOf === undefined) return report
  const egress = await capabilities.check('nft-egress')
  return (capability) => (capability === 'nft-egress' ? egress : report(capability))
}

async function findDevice(
  request: FaultRequest,
  kind: PlannedKind,
  {place, scope}: {readonly place: Place; readonly scope: Scope},
  tools: Tools,
): Promise<DeviceFacts | null> {
  const named = request.spec.scope?.device ?? request.binding.device
  if (named !== null) return observeDevice(tools, place, named)
  if (!kind.needsDevice) return null
  const routed = await Promise.all(
    scope.to.map(async (network) => routeDevice(tools, place, network.address)),
  )
  const devices = [...new Set(routed)]
  const [device] = devices
  if (devices.length === 1 && typeof device === 'string') return observeDevice(tools, place, device)
  // A proxy needs no device: the planner may still choose it.
  if (request.binding.proxy) return null
  throw new UserError({
    code: 'USAGE_INVALID',
    message: noDeviceText(devices, place),
    advice: ['name the device with --device (in a document: scope.device)'],
  })
}

function noDeviceText(devices: readonly (string | null)[], place: Place): string {
  if (devices.length === 0)
    return `shaping acts on one device of ${describePlace(place)}, and the scope does not say which`
  if (devices.includes(null)) return `${describePlace(place)} has no route to a destination of the scope`
  return `the destinations of the scope leave by different devices: ${devices.join(', ')}`
}

/**
 * On loopback both directions leave by the same device. An answer is in the scope as well when it goes to an address
 * of the scope, and when no port is given: it goes to another one than the question.
 */
async function crossingsOf(
  {device, place, scope}: {readonly device: DeviceFacts; readonly place: Place; readonly scope: Scope},
  tools: Tools,
): Promise<1 | 2> {
  if (!device.loopback || scope.port !== null) return 1
  const [first] = scope.to
  if (!first) return 2
  const source = await routeSource(tools, place, first.address)
  return source === null || scopeCovers(scope, source, null) ? 2 : 1
}

/** 6.1 is 6.01 and 6.10 is 6.1, so that versions compare as numbers. */
function versionOf(match: RegExpExecArray | null): number | null {
  return match ? Number(match[1]) + Number(match[2]) / 100 : null
}
