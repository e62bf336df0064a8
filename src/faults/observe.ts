/** Looks at a place before a fault: the device, its root qdisc, our leaves. Reads only. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {type Place, describePlace} from '../core/place.ts'
import {ROOT_HANDLE, leafMinor} from './backends/tc-tree.ts'
import {asList, asNumber, asRecord, asText, at} from './json-shape.ts'
import {observeWhole} from './part-of.ts'
import type {DeviceFacts, RootState} from './situation.ts'
import type {Tools} from './tools.ts'

/** The device by which packets to `address` leave; null when there is no route or no `ip` program. */
export async function routeDevice(tools: Tools, place: Place, address: string): Promise<string | null> {
  return asText(at(await routeTo(tools, place, address), 'dev'))
}

/** The source address that packets to `address` get; null when there is no route. */
export async function routeSource(tools: Tools, place: Place, address: string): Promise<string | null> {
  return asText(at(await routeTo(tools, place, address), 'prefsrc'))
}

async function routeTo(tools: Tools, place: Place, address: string): Promise<unknown> {
  return asList(await tools.json(place, 'ip', ['-j', 'route', 'get', address]))[0]
}

/** Facts about a device; throws when the place doesn't have it. */
export async function observeDevice(tools: Tools, place: Place, name: string): Promise<DeviceFacts> {
  const [links, root] = await Promise.all([
    tools.json(place, 'ip', ['-j', 'link', 'show', 'dev', name]),
    observeRoot(tools, place, name),
  ])
  const link = asList(links)[0]
  if (link === undefined) {
    const all = await tools.json(place, 'ip', ['-j', 'link', 'show'])
    const known = asList(all).flatMap((entry) => asText(at(entry, 'ifname')) ?? [])
    throw new UserError(
      {
        code: 'USAGE_INVALID',
        message: `${describePlace(place)} has no device ${name}`,
        advice: known.length > 0 ? [`there are: ${known.join(', ')}`] : ['is the ip program installed?'],
      },
      EXIT.usage,
    )
  }
  const flags = asList(at(link, 'flags'))
  const whole = await observeWhole(tools, place, link)
  return {
    name,
    loopback: flags.includes('LOOPBACK'),
    mtu: asNumber(at(link, 'mtu')) ?? 1500,
    queueLength: asNumber(at(link, 'txqlen')) ?? 0,
    root,
    ...(whole !== null && {partOf: whole}),
  }
}

/**
 * The ifb through which what arrives at a device is sent, as it is or as it would be: one per device, named after its
 * number, so that several faults share one tree.
 */
export async function observeIngress(tools: Tools, place: Place, device: DeviceFacts): Promise<DeviceFacts> {
  if (device.loopback) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `what arrives at ${device.name} has left it before: leave out the direction`,
    })
  }
  const link = asList(await tools.json(place, 'ip', ['-j', 'link', 'show', 'dev', device.name]))[0]
  const name = `${INGRESS_PREFIX}${asNumber(at(link, 'ifindex')) ?? 0}`
  const there = asList(await tools.json(place, 'ip', ['-j', 'link', 'show', 'dev', name])).length > 0
  const ofDevice = {
    ingress: {of: device.name, there},
    ...(device.partOf !== undefined && {partOf: device.partOf}),
  }
  if (there) return {...(await observeDevice(tools, place, name)), ...ofDevice}
  const root: RootState = {owner: 'default', kind: 'noqueue', handle: '0:', used: []}
  const {mtu} = device
  return {name, loopback: false, mtu, queueLength: IFB_QUEUE, root, ...ofDevice}
}

/** Packets; what the kernel gives to an ifb. */
const IFB_QUEUE = 32
const INGRESS_PREFIX = 'ndifb'

/** One entry of `tc -j qdisc show`. */
export interface QdiscEntry {
  readonly kind: string
  readonly handle: string
  readonly parent: string | undefined
  readonly root: boolean
  readonly options: unknown
  readonly whole: Readonly<Record<string, unknown>>
}

/** The qdiscs of a device; null when tc gave no readable answer. */
export async function readQdiscs(
  tools: Tools,
  place: Place,
  device: string,
  counters = false,
): Promise<readonly QdiscEntry[] | null> {
  const flags = counters ? ['-s', '-j'] : ['-j']
  const answer = await tools.json(place, 'tc', [...flags, 'qdisc', 'show', 'dev', device])
  if (!Array.isArray(answer)) return null
  return answer.map((item) => {
    const whole = asRecord(item)
    return {
      kind: asText(whole['kind']) ?? '',
      handle: asText(whole['handle']) ?? '',
      parent: asText(whole['parent']) ?? undefined,
      root: whole['root'] === true,
      options: whole['options'],
      whole,
    }
  })
}

/**
 * Who owns the root. A handle of `0:` marks what the kernel attached by itself and attaches again when our root goes,
 * provided that it would choose the same kind again: after a change of `net.core.default_qdisc` it wouldn't.
 */
async function observeRoot(tools: Tools, place: Place, device: string): Promise<RootState> {
  const qdiscs = await readQdiscs(tools, place, device)
  const root = qdiscs?.find((qdisc) => qdisc.root)
  if (!qdiscs || !root) return {owner: 'unknown', kind: '', handle: '', used: []}
  const used = qdiscs.flatMap((qdisc) => leafMinor(qdisc.handle, qdisc.parent) ?? [])
  const {kind, handle} = root
  if (handle === ROOT_HANDLE && (kind === 'prio' || kind === 'htb'))
    return {owner: 'ours', kind, handle, used}
  if (handle !== '0:') return {owner: 'foreign', kind, handle, used}
  const kinds = kind === 'mq' ? qdiscs.filter((qdisc) => !qdisc.root && qdisc.handle === '0:') : [root]
  const same = await Promise.all(kinds.map(async (qdisc) => comesBack(tools, place, qdisc.kind)))
  return {owner: same.every(Boolean) ? 'default' : 'foreign', kind, handle, used}
}

async function comesBack(tools: Tools, place: Place, kind: string): Promise<boolean> {
  if (kind === 'noqueue') return true
  const result = await tools.run(place, {
    type: 'exec',
    file: 'sysctl',
    args: ['-n', 'net.core.default_qdisc'],
  })
  // A namespace other than the first one doesn't show the setting; the compare after the undo decides there.
  return result.exitCode !== 0 || result.stdout.trim() === '' || result.stdout.trim() === kind
}
