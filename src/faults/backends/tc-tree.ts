/**
 * All shaping faults of one device hang in one tree under our own root handle, one leaf per fault. Traffic gets into
 * a leaf only by the fault's nftables table; everything else passes beside the leaves as it would without us.
 */
import type {Leaf, RootState} from '../situation.ts'

/** "nd": our mark on everything we put on a device. */
const ROOT_MAJOR = 0x6e64
export const ROOT_HANDLE = '6e64:'

/** Band numbers 1 to 3 are those of the default priomap; the leaves begin beyond, where no TOS value leads. */
const FIRST_LEAF = 4
const LAST_LEAF = 16

/** pfifo_fast's own priomap. A band beyond it is reached by class number only. */
const PRIOMAP = '1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1'

export type TreeKind = 'prio' | 'htb'

export function freeLeaf(root: RootState, taken: ReadonlySet<number>): number | null {
  for (let minor = FIRST_LEAF; minor <= LAST_LEAF; minor++) {
    if (!root.used.includes(minor) && !taken.has(minor)) return minor
  }
  return null
}

export function classId(minor: number): string {
  return `${ROOT_HANDLE}${minor.toString(16)}`
}

/** The number that `meta priority set` needs to reach a leaf. */
export function classNumber(minor: number): number {
  return ROOT_MAJOR * 0x1_0000 + minor
}

export function leafHandle(minor: number): string {
  return `${(ROOT_MAJOR + minor).toString(16)}:`
}

/** The minor number of a leaf of ours, from the `handle` and `parent` that tc shows; null for everything else. */
export function leafMinor(handle: string, parent: string | undefined): number | null {
  if (!parent?.startsWith(ROOT_HANDLE)) return null
  const minor = Number.parseInt(parent.slice(ROOT_HANDLE.length), 16)
  return minor >= FIRST_LEAF && handle === leafHandle(minor) ? minor : null
}

/** Lines for `tc -batch` that make the root; unclassified traffic passes a queue as long as the device's own. */
export function rootLines(
  device: string,
  kind: TreeKind,
  queueLength: number,
  verb: 'add' | 'replace' = 'add',
): readonly string[] {
  const root = `qdisc ${verb} dev ${device} root handle ${ROOT_HANDLE}`
  if (kind === 'htb') return [`${root} htb default 0 direct_qlen ${Math.max(queueLength, 1000)}`]
  // The bands' own queues take the device's length, which would be a single packet where it is 0.
  const bands = queueLength > 1 ? [] : [1, 2, 3]
  return [
    `${root} prio bands ${LAST_LEAF} priomap ${PRIOMAP}`,
    ...bands.map(
      (band) => `qdisc add dev ${device} parent ${classId(band)} handle ${leafHandle(band)} pfifo limit 1000`,
    ),
  ]
}

export function rootUndoLine(device: string): string {
  return `qdisc del dev ${device} root handle ${ROOT_HANDLE}`
}

/** Wide enough for any device: the class must not be what limits. */
const UNLIMITED = 'rate 100gbit ceil 100gbit burst 1mb cburst 1mb quantum 60000'

export function leafLines(device: string, tree: TreeKind, minor: number, leaf: Leaf): readonly string[] {
  const limits =
    leaf.classRate === undefined
      ? UNLIMITED
      : `rate ${leaf.classRate}bit ceil ${leaf.classRate}bit quantum 60000`
  const group = `class add dev ${device} parent ${ROOT_HANDLE} classid ${classId(minor)} htb ${limits}`
  const qdisc = [
    'qdisc add dev',
    device,
    'parent',
    classId(minor),
    'handle',
    leafHandle(minor),
    leaf.kind,
    ...leaf.options,
  ]
  return [...(tree === 'htb' ? [group] : []), qdisc.join(' ')]
}

export function leafUndoLines(device: string, tree: TreeKind, minor: number): readonly string[] {
  const qdisc = `qdisc del dev ${device} parent ${classId(minor)} handle ${leafHandle(minor)}`
  return tree === 'htb' ? [qdisc, `class del dev ${device} classid ${classId(minor)}`] : [qdisc]
}
