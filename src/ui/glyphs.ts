/** The signs on the screen: one set for UTF-8 terminals and one in plain ASCII. Each is one column wide. */
import type {ConnectionState} from '../core/events.ts'

export interface Glyphs {
  readonly ellipsis: string
  readonly cursor: string
  readonly done: string
  readonly current: string
  readonly pending: string
  readonly good: string
  readonly bad: string
  readonly doubt: string
  readonly waiting: string
  readonly arrow: string
  readonly bullet: string
  readonly dash: string
  readonly rule: string
  readonly now: string
  readonly nowHead: string
  readonly tick: string
  readonly upDown: string
  /** From low to high. */
  readonly levels: readonly string[]
  readonly failed: string
  readonly skipped: string
  readonly planned: string
  readonly inForce: string
  readonly toCome: string
  readonly past: string
}

export const UNICODE: Glyphs = {
  ellipsis: '…',
  cursor: '▸',
  done: '✓',
  current: '●',
  pending: '○',
  good: '✓',
  bad: '✗',
  doubt: '!',
  waiting: '↻',
  arrow: '→',
  bullet: '·',
  dash: '–',
  rule: '─',
  now: '│',
  nowHead: '▼',
  tick: '╵',
  upDown: '↑↓',
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  failed: '×',
  skipped: '·',
  planned: '░',
  inForce: '█',
  toCome: '▒',
  past: '▓',
}

export const PLAIN: Glyphs = {
  ellipsis: '~',
  cursor: '>',
  done: '+',
  current: '*',
  pending: 'o',
  good: '+',
  bad: 'x',
  doubt: '!',
  waiting: '@',
  arrow: '>',
  bullet: '-',
  dash: '-',
  rule: '-',
  now: '|',
  nowHead: 'v',
  tick: "'",
  upDown: 'up/dn',
  levels: ['_', '.', ':', '-', '=', '+', '*', '#'],
  failed: 'x',
  skipped: ',',
  planned: '.',
  inForce: '#',
  toCome: '-',
  past: '=',
}

/** How a state looks. Sign and word say the same as the colour, so nothing depends on colour. */
export interface StateLook {
  readonly sign: keyof Pick<Glyphs, 'good' | 'bad' | 'doubt' | 'waiting' | 'pending' | 'current'>
  readonly tone: 'good' | 'warning' | 'bad' | 'dim'
  /** At most six characters, for narrow terminals. */
  readonly short: string
  /** Higher is worse; the sort key. */
  readonly rank: number
}

export const STATE_LOOKS: Readonly<Record<ConnectionState, StateLook>> = {
  failed: {sign: 'bad', tone: 'bad', short: 'failed', rank: 8},
  exhausted: {sign: 'bad', tone: 'bad', short: 'spent', rank: 7},
  reconnecting: {sign: 'waiting', tone: 'bad', short: 'retry', rank: 5},
  suspect: {sign: 'doubt', tone: 'warning', short: 'doubt', rank: 4},
  degraded: {sign: 'doubt', tone: 'warning', short: 'weak', rank: 3},
  connecting: {sign: 'waiting', tone: 'warning', short: 'dial', rank: 2},
  idle: {sign: 'pending', tone: 'dim', short: 'idle', rank: 1},
  disconnected: {sign: 'pending', tone: 'dim', short: 'ended', rank: 1},
  connected: {sign: 'current', tone: 'good', short: 'up', rank: 0},
}
