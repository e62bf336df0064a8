/** What tc tells about a root qdisc that somebody configured, as the lines that make it again. Pure. */
import {filterLines} from './rebuild-filters.ts'
import {NotRebuildable, keep, plainWords, valueOf} from './shown-words.ts'

/** As tc shows it with `-d -raw`. */
export interface ShownTree {
  readonly qdiscs: string
  readonly classes: string
  readonly filters: readonly {readonly parent: string; readonly text: string}[]
}

interface Shown {
  readonly kind: string
  readonly handle: string
  /** Null: the root. */
  readonly parent: string | null
  readonly words: readonly string[]
}

/** Lines for `tc -batch`, parents first. Throws `NotRebuildable`. */
export function planRebuild(device: string, tree: ShownTree): readonly string[] {
  const qdiscs = linesOf(tree.qdiscs, 'qdisc').filter(belongsToRoot)
  const classes = linesOf(tree.classes, 'class')
  const root = qdiscs.find(({parent}) => parent === null)
  if (!root) throw new NotRebuildable('tc shows no root qdisc')
  const lines: string[] = []
  const build = (qdisc: Shown): void => {
    lines.push(qdiscLine(device, qdisc))
    lines.push(...ownClasses(qdisc, classes).map((one) => classLine(device, one)))
    for (const child of qdiscs.filter(({parent}) => parent?.startsWith(qdisc.handle) === true)) build(child)
  }
  build(root)
  return [...lines, ...tree.filters.flatMap(({parent, text}) => filterLines(device, parent, text))]
}

/** What is led to `ingress` and `clsact` stays where it is. */
function belongsToRoot({kind}: Shown): boolean {
  return kind !== 'ingress' && kind !== 'clsact'
}

/** Handles of qdiscs and classes that may carry filters. */
export function filterParents(tree: Pick<ShownTree, 'qdiscs' | 'classes'>): readonly string[] {
  const qdiscs = linesOf(tree.qdiscs, 'qdisc').filter(belongsToRoot)
  return [...qdiscs, ...linesOf(tree.classes, 'class').filter(isMade)].map(({handle}) => handle)
}

function linesOf(text: string, what: 'qdisc' | 'class'): readonly Shown[] {
  return text.split('\n').flatMap((line): readonly Shown[] => {
    const [first, kind = '', handle = '', ...rest] = plainWords(line)
    if (first !== what) return []
    const words = rest[0] === 'dev' ? rest.slice(2) : rest
    const [place, where = '', ...more] = words
    return place === 'root'
      ? [{kind, handle, parent: null, words: words.slice(1)}]
      : [{kind, handle, parent: where, words: more}]
  })
}

function qdiscLine(device: string, {kind, handle, parent, words}: Shown): string {
  const place = parent === null ? 'root' : `parent ${parent}`
  return [`qdisc add dev ${device} ${place} handle ${handle} ${kind}`, ...qdiscOptions(kind, words)].join(' ')
}

function qdiscOptions(kind: string, words: readonly string[]): readonly string[] {
  switch (kind) {
    case 'htb':
      return keep(words, ['r2q', 'default', 'direct_qlen'])
    case 'tbf':
      return tbfOptions(words)
    case 'pfifo_fast':
      return []
    default: {
      // Most words are taken as they are shown: without the unit of packets, and only what may be set of `128/1024`.
      const shown = words.filter((word) => !word.startsWith('['))
      const at = shown.indexOf('refcnt')
      const options = at < 0 ? shown : shown.toSpliced(at, 2)
      return options.map((word) => word.replace(/^(\d+)p$/, '$1').replace(/^(\d+)\/\d+$/, '$1'))
    }
  }
}

function tbfOptions(words: readonly string[]): readonly string[] {
  if (words.includes('peakrate')) throw new NotRebuildable('a tbf with a peak rate')
  const rate = bitsOf(valueOf(words, 'rate'))
  const ticks = words.find((word) => /^\[[0-9a-f]+\]$/.test(word)) ?? null
  const limit = valueOf(words, 'limit')
  return [
    ...['rate', `${rate}bit`, 'burst', bucketOf(ticks, rate, valueOf(words, 'burst'))],
    ...(limit === null ? ['latency', valueOf(words, 'lat') ?? ''] : ['limit', limit]),
  ]
}

/** Of the others tc makes the classes, or their traffic does. */
const WITH_CLASSES: readonly string[] = ['htb', 'hfsc', 'drr', 'qfq', 'cbq', 'ets']

function isMade({kind}: Shown): boolean {
  return WITH_CLASSES.includes(kind)
}

/** A class comes after the one that it is in. */
function ownClasses(qdisc: Shown, classes: readonly Shown[]): readonly Shown[] {
  if (!WITH_CLASSES.includes(qdisc.kind)) return []
  const own = classes.filter(({handle}) => handle.startsWith(qdisc.handle))
  const below = (parent: string | null): readonly Shown[] =>
    own.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.handle)])
  return [...below(null), ...below(qdisc.handle)]
}

function classLine(device: string, {kind, handle, parent, words}: Shown): string {
  if (kind !== 'htb') throw new NotRebuildable(`the class ${handle} of ${kind}`)
  const rate = bitsOf(valueOf(words, 'rate'))
  const ceil = bitsOf(valueOf(words, 'ceil'))
  const linklayer = valueOf(words, 'linklayer') ?? 'ethernet'
  const mpu = valueOf(words, 'mpu') ?? '0b'
  return [
    `class add dev ${device} parent ${parent ?? `${handle.split(':')[0] ?? ''}:`} classid ${handle} htb`,
    ...keep(words, ['prio', 'quantum']),
    ...['rate', `${rate}bit`, 'ceil', `${ceil}bit`],
    ...['burst', burstOf(valueOf(words, 'buffer'), rate, valueOf(words, 'burst'))],
    ...['cburst', burstOf(valueOf(words, 'cbuffer'), ceil, valueOf(words, 'cburst'))],
    ...keep(words, ['overhead']),
    ...(mpu === '0b' ? [] : ['mpu', mpu]),
    ...(linklayer === 'ethernet' ? [] : ['linklayer', linklayer]),
  ].join(' ')
}

/** `800Mbit` in bits. tc rounds what it shows; whoever rebuilds compares. */
function bitsOf(text: string | null): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)bit$/.exec(text ?? '') ?? []
  if (number === undefined) throw new NotRebuildable(`the rate "${text ?? ''}"`)
  return Math.round(Number(number) * 1000 ** ' KMGT'.indexOf(unit || ' '))
}

/** Ticks of 64 ns in a microsecond. */
const TICKS = 15.625

/** The kernel holds a burst as a time, and tc gives it whole microseconds: the size that becomes this very time. */
function burstOf(ticks: string | null, rate: number, shown: string | null): string {
  if (ticks === null) return shown?.split('/')[0] ?? ''
  const time = Math.ceil(Number.parseInt(ticks.slice(1, -1), 16) / TICKS)
  return `${Math.ceil((Math.floor(rate / 8) * time) / 1e6)}b`
}

/** Of a tbf tc gives the size itself, and the kernel makes it a time. */
function bucketOf(ticks: string | null, rate: number, shown: string | null): string {
  if (ticks === null) return shown?.split('/')[0] ?? ''
  return `${Math.round((Math.floor(rate / 8) * Number.parseInt(ticks.slice(1, -1), 16)) / TICKS / 1e6)}b`
}
