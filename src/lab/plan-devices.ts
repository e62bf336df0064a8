/** The commands that make a lab's devices. Pure. */
import {computeLimit} from '../core/netem-limit.ts'
import {type NamedTable, nameTable} from '../core/delay-table.ts'
import type {ProfileLoss} from '../core/link-profile.ts'
import type {BitsPerSecond, Ratio} from '../core/units.ts'
import type {LinkShape} from './lab.ts'
import {isRateAlone, lossOf, rateOf} from './link-shape.ts'
import {bondCommands, cablesOf} from './plan-bond.ts'
import type {PlannedEnd, Segment, Topology} from './topology.ts'

const BRIDGE = 'br0'

/**
 * Lines for `ip -batch` that make the cables of one node; each is made in the node of its first end, with the other
 * end straight in its own namespace. A switch makes none.
 */
export function cableCommands(
  node: string,
  {segments}: Topology,
  pidOf: (node: string) => number,
): readonly string[] {
  return segments.flatMap((segment) => {
    if (segment.switch === null) {
      const [first, second] = segment.ends
      return first?.node === node && second ? pair(segment, first, second, pidOf(second.node)) : []
    }
    const bridge = pidOf(segment.switch)
    return segment.ends.flatMap((end, port) =>
      end.node === node ? [veth(end.device, `port${port}`, bridge)] : [],
    )
  })
}

/** Lines for `ip -batch` in a node whose cables are all there: devices, then addresses, then up. */
export function nodeCommands(
  node: string,
  topology: Topology,
  loopback: readonly string[] = [],
): readonly string[] {
  const mine = topology.segments.flatMap((segment) =>
    segment.ends.filter((end) => end.node === node).map((end) => ({segment, end})),
  )
  return [
    'link set dev lo up',
    ...loopback.map((address) => `address add ${address} dev lo`),
    ...mine.flatMap(({segment, end}) => bondCommands(segment, end)),
    ...mine.flatMap(({segment, end}) => mtuCommands(segment, [end.device])),
    ...mine.flatMap(({segment, end}) => (segment.emulated ? [wholePackets(end)] : [])),
    ...mine.flatMap(({segment, end}) => addressCommands(segment, end)),
    ...mine.map(({end}) => `link set dev ${end.device} up`),
  ]
}

/** Lines for `ip -batch` in a switch. */
export function switchCommands(segment: Segment): readonly string[] {
  const ports = segment.ends.map((_, port) => `port${port}`)
  const sizes = mtuCommands(segment, ports)
  if (segment.emulated) {
    // Nobody but the ends speaks on such a link: the ports get no addresses, and so send nothing.
    return ports.flatMap((port) => [
      ...sizes.filter((line) => line.includes(` ${port} `)),
      `link set dev ${port} addrgenmode none`,
      `link set dev ${port} up`,
    ])
  }
  return [
    'link set dev lo up',
    `link add name ${BRIDGE} type bridge`,
    ...sizes,
    ...ports.map((port) => `link set dev ${port} master ${BRIDGE}`),
    ...ports.map((port) => `link set dev ${port} up`),
    `link set dev ${BRIDGE} up`,
  ]
}

/** Lines for `tc -batch` in a switch: what leaves a port is what its node receives. */
export function shapeCommands({ends, shape, emulated}: Segment): readonly string[] {
  if (shape === null || emulated) return []
  // Each port sends what the other end has sent.
  return ends.flatMap((_, port) => {
    const words = shaper(shape, port === 0 ? 1 : 0)
    return words === null ? [] : [`qdisc add dev port${port} root ${words}`]
  })
}

/** A link of a lab holds no more than this, whatever its delay. */
const MOST_LIMIT = 1_000_000

/** A rate alone is given to tbf, which every kernel has; delay and loss need netem. */
function shaper(shape: LinkShape, sender: 0 | 1): string | null {
  const rate = rateOf(shape, sender) ?? null
  if (!isRateAlone(shape)) return netem(shape, rate)
  return rate === null ? null : tokenBucket(rate)
}

/** The recorded distributions that `shapeCommands` name. */
export function shapeTables({shape, emulated}: Segment): readonly NamedTable[] {
  const {distribution = 'uniform', jitter = 0} = shape ?? {}
  return emulated || typeof distribution === 'string' || jitter === 0 ? [] : [nameTable(distribution)]
}

/** A bucket of 10 ms, with room for two full frames, and a queue of 50 ms: no more delay than a home router adds. */
function tokenBucket(rate: BitsPerSecond): string {
  const bucket = Math.max(3_200, Math.ceil(rate / 8 / 100))
  return `tbf rate ${rate}bit burst ${bucket} latency 50ms`
}

/** netem keeps the order as soon as it has a rate (sch_netem.c, netem_enqueue), so it gets one that nothing reaches. */
const ORDER_GUARD: BitsPerSecond = 100e9

function netem(shape: LinkShape, rate: BitsPerSecond | null): string {
  const {delay = 0, jitter = 0, duplicate = 0} = shape
  const loss = lossOf(shape)
  const limit = rate ?? orderGuard(shape)
  return [
    `netem limit ${Math.min(MOST_LIMIT, computeLimit({delay, jitter, rate}))}`,
    ...(delay > 0 || jitter > 0 ? [`delay ${delay}ms${jitterWords(shape)}`] : []),
    ...(loss ? [lossWords(loss)] : []),
    ...(duplicate > 0 ? [`duplicate ${percent(duplicate)}`] : []),
    ...(limit === null ? [] : [`rate ${limit}bit`]),
  ].join(' ')
}

function orderGuard({jitter = 0, keepOrder = true}: LinkShape): BitsPerSecond | null {
  return jitter > 0 && keepOrder ? ORDER_GUARD : null
}

function jitterWords({jitter = 0, distribution = 'uniform'}: LinkShape): string {
  if (jitter === 0) return ''
  if (distribution === 'uniform') return ` ${jitter}ms`
  const name = typeof distribution === 'string' ? distribution : nameTable(distribution).name
  return ` ${jitter}ms distribution ${name}`
}

function lossWords(loss: ProfileLoss): string {
  if (loss.model === 'random') return `loss ${percent(loss.chance)}`
  return `loss gemodel ${[loss.p, loss.r, loss.badLoss, loss.goodLoss].map(percent).join(' ')}`
}

function percent(share: Ratio): string {
  return `${Number((share * 100).toFixed(6))}%`
}

function pair(segment: Segment, first: PlannedEnd, second: PlannedEnd, pid: number): readonly string[] {
  if (segment.bond === null) return [veth(first.device, second.device, pid)]
  const far = cablesOf(segment, second)
  return cablesOf(segment, first).map((cable, index) => veth(cable, far[index] ?? cable, pid))
}

function veth(device: string, peer: string, pid: number): string {
  return `link add name ${device} type veth peer name ${peer} netns ${pid}`
}

/** A large piece of a TCP stream that the kernel splits later would be lost or delayed as one packet. */
function wholePackets({device}: PlannedEnd): string {
  return `link set dev ${device} gso_max_segs 1`
}

function mtuCommands({mtu}: Segment, devices: readonly string[]): readonly string[] {
  return mtu === null ? [] : devices.map((device) => `link set dev ${device} mtu ${mtu}`)
}

/**
 * `nodad`: nobody else can have the address, and a server can't listen on it before that is proven. The kernel would
 * make the link-local address up to a second later, and without it a router finds no neighbours (RFC 4861, 7.2.2).
 */
function addressCommands({subnets, ends}: Segment, end: PlannedEnd): readonly string[] {
  const {device, address, address6} = end
  return subnets.flatMap(({family, prefix}) =>
    family === 4
      ? [`address add ${address}/${prefix} dev ${device}`]
      : [
          `link set dev ${device} addrgenmode none`,
          `address add fe80::${(ends.indexOf(end) + 1).toString(16)}/64 dev ${device} nodad`,
          `address add ${address6}/${prefix} dev ${device} nodad`,
        ],
  )
}
