/** A root qdisc that somebody configured: written down whole, and rebuilt once where nobody sees it, to be sure. */
import type {Place} from '../../core/place.ts'
import {type Tools, whyFailed} from '../tools.ts'
import {type ShownTree, filterParents, planRebuild} from './rebuild-root.ts'
import {NotRebuildable} from './shown-words.ts'

/** What was there instead of our root, and how it comes back. */
export interface ReplacedRoot {
  /** Such as `htb 1:`. */
  readonly name: string
  /** Lines for `tc -batch`. */
  readonly restore: readonly string[]
  /** Lines for `tc -batch` that show all of it. */
  readonly shows: readonly string[]
  /** What they showed, in each of the ways in which tc tells numbers. */
  readonly shown: readonly string[]
}

export type ForeignRoot = ReplacedRoot | {readonly name: string; readonly problem: string}

/** In SI and IEC units, since each rounds otherwise; and in JSON, which rounds less. */
const WAYS = [['-d', '-raw'], ['-d', '-raw', '-iec'], ['-j']] as const

export async function readForeignRoot(
  tools: Tools,
  place: Place,
  device: string,
  name: string,
): Promise<ForeignRoot> {
  const tree = await readTree(tools, place, device)
  if (typeof tree === 'string') return {name, problem: tree}
  try {
    const shows = showLines(device, tree)
    const shown = await showTree(tools, place, shows)
    if (shown === null) return {name, problem: 'tc does not show it'}
    const restore = planRebuild(device, tree)
    const problem = await rehearse(tools, place, {device, restore, shown, shows})
    return problem === null ? {name, restore, shows, shown} : {name, problem}
  } catch (error) {
    if (error instanceof NotRebuildable) return {name, problem: error.message}
    throw error
  }
}

/** The device as `shows` tell it now; null when tc doesn't answer. */
export async function showTree(
  tools: Tools,
  place: Place,
  shows: readonly string[],
): Promise<readonly string[] | null> {
  const input = `${shows.join('\n')}\n`
  const answers = await Promise.all(
    WAYS.map(async (way) =>
      tools.run(place, {type: 'exec', file: 'tc', args: [...way, '-batch', '-'], input}),
    ),
  )
  return answers.every(({exitCode}) => exitCode === 0)
    ? answers.map(({stdout}) => withoutCounts(stdout))
    : null
}

async function readTree(tools: Tools, place: Place, device: string): Promise<ShownTree | string> {
  const show = async (...args: readonly string[]): Promise<string> => {
    const result = await tools.run(place, {type: 'exec', file: 'tc', args: ['-d', '-raw', ...args]})
    if (result.exitCode !== 0) throw new NotRebuildable(`tc said: ${whyFailed(result, 'tc')}`)
    return result.stdout
  }
  try {
    const [qdiscs, classes] = await Promise.all([
      show('qdisc', 'show', 'dev', device),
      show('class', 'show', 'dev', device),
    ])
    const filters = await Promise.all(
      filterParents({qdiscs, classes}).map(async (parent) => ({
        parent,
        text: await show('filter', 'show', 'dev', device, 'parent', parent),
      })),
    )
    return {qdiscs, classes, filters}
  } catch (error) {
    if (error instanceof NotRebuildable) return error.message
    throw error
  }
}

function showLines(device: string, tree: ShownTree): readonly string[] {
  return [
    `qdisc show dev ${device}`,
    `class show dev ${device}`,
    ...tree.filters.map(({parent}) => `filter show dev ${device} parent ${parent}`),
  ]
}

/** Who looks, and what was sent: neither is part of the configuration. Flows of a queue come and go. */
function withoutCounts(text: string): string {
  return text
    .replaceAll(/ ?\brefcnt \d+/g, '')
    .replaceAll(/"refcnt":\d+,/g, '')
    .replaceAll(/direct_packets_stat (\d+)/g, '')
    .replaceAll(/"direct_packets_stat":\d+,?/g, '')
    .replaceAll(/^class (?:fq_codel|sfq|fq_pie|cake) .*\n/gm, '')
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/ {2,}/g, ' ')
    .split('\n')
    .map(inOrder)
    .toSorted()
    .join('\n')
}

/** tc lists classes in the order of a hash table. */
function inOrder(line: string): string {
  if (!line.startsWith('[')) return line
  // As text: tc repeats keys within an object, and parsing would keep only the last.
  return line
    .slice(1, -1)
    .split(/(?<=\}),(?=\{)/)
    .toSorted()
    .join(',')
}

interface Rehearsal {
  readonly device: string
  readonly restore: readonly string[]
  readonly shows: readonly string[]
  readonly shown: readonly string[]
}

/** Makes it again on the loopback device of an empty namespace, which goes with tc; null when tc shows the same. */
async function rehearse(
  tools: Tools,
  place: Place,
  {device, restore, shows, shown}: Rehearsal,
): Promise<string | null> {
  const there = (line: string): string => line.replace(` dev ${device}`, ' dev lo')
  const input = `${[...restore, ...shows].map(there).join('\n')}\n`
  const answers = await Promise.all(
    WAYS.map(async (way) =>
      tools.run(place, {
        type: 'exec',
        file: 'unshare',
        args: ['--net', '--', 'tc', ...way, '-batch', '-'],
        input,
      }),
    ),
  )
  const failed = answers.find(({exitCode}) => exitCode !== 0)
  if (failed) return `tc can not make it again: ${whyFailed(failed, 'unshare')}`
  for (const [index, {stdout}] of answers.entries()) {
    const wanted = (shown[index] ?? '').split('\n')
    const got = withoutCounts(stdout).split('\n')
    const different = wanted.findIndex((line, at) => line !== got[at])
    if (different >= 0 || wanted.length !== got.length)
      return `"${(wanted[different] ?? got.at(-1) ?? '').slice(0, 200).trim()}" would not come back the same`
  }
  return null
}
