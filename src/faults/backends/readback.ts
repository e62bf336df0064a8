/** Reads back what the kernel holds, and compares it with what was asked. */
import type {Place} from '../../core/place.ts'
import type {FaultCounters} from '../fault.ts'
import {asList, asNumber, asRecord, at} from '../json-shape.ts'
import {type QdiscEntry, readQdiscs} from '../observe.ts'
import type {Leaf} from '../situation.ts'
import type {Tools} from '../tools.ts'
import {type TableFamily, tableName} from './nft-parts.ts'
import {classId, leafHandle} from './tc-tree.ts'

export interface Readback {
  readonly asAsked: boolean
  /** In words. */
  readonly text: string
}

/** The kernel counts time in ticks of 64 ns and tc rounds to microseconds: two of them, or one part in a thousand. */
const TIME_SLACK = 2e-6
const RELATIVE_SLACK = 1e-3
const CLASS_SLACK = 0.01

/** Whether the leaf is there with the options that were asked. */
export function judgeLeaf(qdiscs: readonly QdiscEntry[] | null, minor: number, leaf: Leaf): Readback {
  const found = qdiscs && findLeaf(qdiscs, minor)
  if (!found) return {asAsked: false, text: 'tc shows no such qdisc'}
  const wrong = Object.entries(leaf.expect).flatMap(([path, asked]) => {
    const seen = at(found.options, path)
    return matchesAsked(asked, seen)
      ? []
      : [`${path} is ${JSON.stringify(seen) ?? 'not set'}, asked ${String(asked)}`]
  })
  if (found.kind !== leaf.kind) wrong.unshift(`kind is ${found.kind}, asked ${leaf.kind}`)
  if (wrong.length > 0) return {asAsked: false, text: wrong.join('; ')}
  return {asAsked: true, text: `${found.kind} ${JSON.stringify(found.options)}`}
}

function matchesAsked(asked: number | boolean, seen: unknown): boolean {
  if (typeof asked === 'boolean') return (seen ?? false) === asked
  const value = seen === undefined ? 0 : asNumber(seen)
  return value !== null && Math.abs(value - asked) <= Math.max(TIME_SLACK, Math.abs(asked) * RELATIVE_SLACK)
}

function findLeaf(qdiscs: readonly QdiscEntry[], minor: number): QdiscEntry | undefined {
  return qdiscs.find((qdisc) => qdisc.handle === leafHandle(minor) && qdisc.parent === classId(minor))
}

export interface TableWhere {
  readonly id: string
  readonly family: TableFamily
}

interface TableFacts {
  readonly rules: number
  readonly elements: number
  readonly packets: number
}

/** The table of a fault: its rules, live elements and packets counted; null when it isn't there. */
export async function readTable(
  tools: Tools,
  place: Place,
  {id, family}: TableWhere,
): Promise<TableFacts | null> {
  const answer = await tools.json(place, 'nft', ['-j', 'list', 'table', family, tableName(id)])
  const items = asList(asRecord(answer)['nftables'])
  if (items.length === 0) return null
  const counters = items
    .flatMap((item) => asList(at(item, 'rule.expr')))
    .flatMap((expression) => asNumber(at(expression, 'counter.packets')) ?? [])
  return {
    rules: counters.length,
    elements: items.reduce<number>((sum, item) => sum + asList(at(item, 'set.elem')).length, 0),
    packets: counters.reduce((sum, packets) => sum + packets, 0),
  }
}

export function judgeTable(facts: TableFacts | null, rules: number): Readback {
  if (!facts) return {asAsked: false, text: 'nft shows no such table'}
  const text = `${facts.rules} ${facts.rules === 1 ? 'rule' : 'rules'}, ${facts.elements} timed ${facts.elements === 1 ? 'element' : 'elements'}`
  return {asAsked: facts.rules === rules && facts.elements > 0, text}
}

/** How many counting rules a table's text has. */
export function countRules(table: string): number {
  return table.split('\n').filter((line) => / counter /.test(line)).length
}

/** Packets that a leaf has passed and touched. */
export async function readLeafCounters(
  tools: Tools,
  where: LeafWhere,
  leaf: Leaf,
): Promise<FaultCounters | null> {
  const qdiscs = await readQdiscs(tools, where.place, where.device, true)
  const found = qdiscs && findLeaf(qdiscs, where.minor)
  if (!found) return null
  const count = (key: string): number => asNumber(found.whole[key]) ?? 0
  const seen = count('packets') + count('drops') + count('qlen')
  if (leaf.classRate === undefined)
    return {matched: seen, affected: Math.min(seen, touched(leaf, seen, count))}
  const held = (await readClass(tools, where))?.overlimits ?? 0
  return {matched: seen, affected: Math.min(seen, held + count('drops'))}
}

interface LeafWhere {
  readonly place: Place
  readonly device: string
  readonly minor: number
}

/** What `tc class show` says of a class of htb; it has no JSON before iproute2 6.2, so its text is read. */
async function readClass(
  tools: Tools,
  {place, device, minor}: LeafWhere,
): Promise<{readonly rate: number; readonly overlimits: number} | null> {
  const args = ['-s', 'class', 'show', 'dev', device, 'classid', classId(minor)]
  const {stdout} = await tools.run(place, {type: 'exec', file: 'tc', args})
  const [, number, unit = ''] = /\brate ([\d.]+)([KMGT]?)bit/.exec(stdout) ?? []
  if (number === undefined) return null
  const overlimits = Number(/overlimits (\d+)/.exec(stdout)?.[1] ?? 0)
  return {rate: Number(number) * 1000 ** ' KMGT'.indexOf(unit || ' '), overlimits}
}

/** htb limits by the class itself; its text is rounded to four digits. */
export async function judgeClassRate(
  tools: Tools,
  where: LeafWhere,
  leaf: Leaf,
): Promise<readonly Readback[]> {
  if (leaf.classRate === undefined) return []
  const found = await readClass(tools, where)
  if (!found) return [{asAsked: false, text: 'tc shows no such class'}]
  const asAsked = Math.abs(found.rate - leaf.classRate) <= leaf.classRate * CLASS_SLACK
  return [{asAsked, text: `class rate ${found.rate}bit${asAsked ? '' : `, asked ${leaf.classRate}bit`}`}]
}

/** A delay touches every packet, loss those it dropped, a rate limit those it held back or dropped. */
function touched(leaf: Leaf, seen: number, count: (key: string) => number): number {
  if (leaf.kind !== 'netem') return count('overlimits') + count('drops')
  const delays = Object.keys(leaf.expect).some(
    (path) => path.startsWith('delay.') || path.startsWith('slot.'),
  )
  const onlyLoses = Object.keys(leaf.expect).some((path) => path.startsWith('loss-')) && !delays
  return onlyLoses ? count('drops') : seen
}
