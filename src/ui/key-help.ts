/** What the keys do, for the footer and the help page. */
import type {Glyphs} from './glyphs.ts'
import type {SortKey} from './sort-targets.ts'
import type {Line} from './spans.ts'
import {span} from './spans.ts'

interface KeyHelp {
  readonly keys: string
  readonly short: string
  readonly long: string
}

export interface KeyScope {
  /** A watch ends with q; a drill is aborted. */
  readonly watch: boolean
  /** There are groups or alert rules. */
  readonly lists: boolean
  /** There are peers. */
  readonly peers: boolean
}

/** In order of importance: a narrow footer leaves the last ones out, the help page shows all. */
function keyHelps(glyphs: Glyphs, {watch, lists, peers}: KeyScope): readonly KeyHelp[] {
  const ending: readonly KeyHelp[] = watch
    ? [{keys: 'q', short: 'quit', long: 'end the watch (also Ctrl-C, which ends it with code 130)'}]
    : [
        {keys: 'q', short: 'quit', long: 'quit: asks once, then aborts the drill and undoes its faults'},
        {keys: 'a', short: 'abort', long: 'abort in order (also Ctrl-C); a second time: undo at once'},
      ]
  const goesOn = watch ? 'the watch' : 'the drill'
  return [
    {keys: '?', short: 'help', long: 'this page'},
    ...ending,
    {keys: 'space', short: 'pause', long: `freeze the display (also p); ${goesOn} goes on`},
    {keys: 'd', short: 'detail', long: 'everything about the selected target (also Enter); Esc goes back'},
    {keys: glyphs.upDown, short: 'select', long: 'select a target (also k and j, Home and End)'},
    ...(lists
      ? [
          {
            keys: '2 3',
            short: 'groups, alerts',
            long: 'groups with their paths; alerts and who was told; 1 goes back',
          },
        ]
      : []),
    ...(peers
      ? [{keys: '4', short: 'peers', long: 'peers: pair, consent, restarts left, packets; 1 goes back'}]
      : []),
    {keys: 's', short: 'sort', long: 'sort by document order, state, loss, p95 or name'},
    {keys: '/', short: 'search', long: 'filter by name, URL, state or code; Esc shows all'},
    {keys: 'm', short: 'mark', long: 'put a numbered mark into the log and the journal'},
  ]
}

export function renderHelp(glyphs: Glyphs, scope: KeyScope): readonly Line[] {
  const mark = (sign: string, text: string): Line => [span(`   ${sign.padEnd(7)}`, 'accent'), span(text)]
  return [
    [span('   KEYS', 'dim')],
    ...keyHelps(glyphs, scope).map(({keys, long}) => mark(keys, long)),
    [],
    [span('   SIGNS', 'dim')],
    mark(
      `${glyphs.levels[0] ?? ''}${glyphs.levels.at(-1) ?? ''}`,
      'round-trip time, short to long, on a logarithmic scale',
    ),
    mark(glyphs.failed, 'at least one sample failed in this slice of time'),
    mark(glyphs.skipped, 'no sample was taken: it says nothing about the target'),
    mark(
      `${glyphs.planned}${glyphs.inForce}${glyphs.toCome}${glyphs.past}`,
      'a fault: planned, in force, still to come, removed',
    ),
    mark(glyphs.nowHead, 'now'),
    [],
    [span('   Loss, p50 and p95 are of the last 30s. Times count from the start of the run.', 'dim')],
  ]
}

/** As many keys as fit, the most important ones first, shown in a steady order. */
export function renderKeys(
  glyphs: Glyphs,
  width: number,
  {sort, scope}: {readonly sort: SortKey; readonly scope: KeyScope},
): Line {
  const helps = keyHelps(glyphs, scope).map((help) =>
    help.keys === 's' && sort !== 'document' ? {...help, short: `sort: ${sort}`} : help,
  )
  let used = 1
  const shown = helps.filter(({keys, short}) => {
    const wide = keys.length + short.length + 3
    if (used + wide > width) return false
    used += wide
    return true
  })
  return [
    span(' '),
    ...shown.toReversed().flatMap(({keys, short}) => [span(keys, 'accent'), span(` ${short}  `, 'dim')]),
  ]
}
