/** The table of peers, and the selected one in full. */
import type {PeerHealth, PeerState} from '../core/peer-events.ts'
import {show} from '../core/show.ts'
import {type Millis, formatDuration, formatStamp} from '../core/units.ts'
import {displayWidth} from '../core/width.ts'
import {formatAge} from './formats.ts'
import type {Glyphs} from './glyphs.ts'
import type {PeerStepView, PeerView} from './peer-view.ts'
import {type Line, type Span, type SpanTone, cell, span} from './spans.ts'

export interface PeerLinesContext {
  readonly now: Millis
  readonly glyphs: Glyphs
  /** Name of the selected peer; null selects the first. */
  readonly selected: string | null
  /** Lines there are for both. */
  readonly rows: number
}

interface PeerLook {
  readonly sign: 'good' | 'bad' | 'doubt' | 'waiting' | 'pending' | 'current'
  readonly tone: 'good' | 'warning' | 'bad' | 'dim'
}

const LOOKS: Readonly<Record<PeerState, PeerLook>> = {
  new: {sign: 'pending', tone: 'dim'},
  checking: {sign: 'waiting', tone: 'warning'},
  connected: {sign: 'current', tone: 'good'},
  disconnected: {sign: 'doubt', tone: 'bad'},
  failed: {sign: 'bad', tone: 'bad'},
  closed: {sign: 'pending', tone: 'dim'},
}

const STATE = 'disconnected'.length + 2
const LEVELS: Readonly<Record<PeerStepView['level'], SpanTone>> = {
  info: 'plain',
  warning: 'warning',
  error: 'bad',
}
/** The head, and an empty line between table and detail. */
const AROUND = 2
/** State, pair, consent, restarts, packets, and a few steps. */
const DETAIL = 9

/** At most `rows` lines: of a long table the part around the selected peer, then everything about that one. */
export function renderPeers(peers: readonly PeerView[], context: PeerLinesContext): readonly Line[] {
  if (peers.length === 0) return [[span('   no peers in the document', 'dim')]]
  const {rows, selected} = context
  const place = Math.max(
    0,
    peers.findIndex(({info}) => info.name === selected),
  )
  const room = Math.max(1, Math.min(peers.length, Math.max(rows - AROUND - DETAIL, Math.floor(rows / 3))))
  const top = Math.min(Math.max(0, place - Math.floor(room / 2)), peers.length - room)
  const name = Math.max(4, ...peers.map(({info}) => displayWidth(show(info.name))))
  const pair = Math.max(4, ...peers.map((peer) => displayWidth(pairOf(peer.health))))
  const table = peers
    .slice(top, top + room)
    .map((peer, index) => renderRow(peer, {...context, name, pair, chosen: top + index === place}))
  const chosen = peers[place]
  const detail = chosen ? [[], ...renderPeer(chosen, context)] : []
  return [renderHead({name, pair}, context.glyphs), ...table, ...detail].slice(0, Math.max(0, rows))
}

interface Widths {
  readonly name: number
  readonly pair: number
}

function renderHead({name, pair}: Widths, {ellipsis}: Glyphs): Line {
  const head = (text: string, width: number, align: 'left' | 'right' = 'left'): Span =>
    cell(text, width, {ellipsis, tone: 'dim', align})
  return [
    span('   '),
    head('PEER', name),
    span('  '),
    head('STATE', STATE),
    head('ACTIVE', 8, 'right'),
    head('RESTARTS', 10, 'right'),
    head('FORGED', 8, 'right'),
    span('  '),
    head('PAIR', pair),
  ]
}

function renderRow(
  peer: PeerView,
  {glyphs, now, name, pair, chosen}: PeerLinesContext & Widths & {readonly chosen: boolean},
): Line {
  const {info, state, health} = peer
  const {ellipsis} = glyphs
  const look = LOOKS[state]
  const active = silence(peer, now)
  const right = (text: string, width: number, tone: SpanTone = 'plain'): Span =>
    cell(text, width, {ellipsis, align: 'right', tone})
  const forged = health?.forged ?? 0
  return [
    chosen ? span(` ${glyphs.cursor} `, 'accent') : span('   '),
    cell(show(info.name), name, {ellipsis, tone: chosen ? 'strong' : 'plain'}),
    span('  '),
    cell(`${glyphs[look.sign]} ${state}`, STATE, {ellipsis, tone: look.tone}),
    right(active === null ? glyphs.dash : formatAge(active), 8),
    right(restartsOf(peer), 10, (health?.restarts ?? 0) > 0 ? 'warning' : 'plain'),
    right(String(forged), 8, forged > 0 ? 'warning' : 'plain'),
    span('  '),
    cell(pairOf(health), pair, {ellipsis, tone: 'dim'}),
  ]
}

/** Everything about one peer. */
function renderPeer(peer: PeerView, {now, glyphs}: PeerLinesContext): readonly Line[] {
  const {info, state, since, because, health} = peer
  const look = LOOKS[state]
  const remote = info.remote.length === 0 ? 'it comes to us' : `at ${info.remote.join(', ')}`
  return [
    [span('   '), span(show(info.name), 'strong'), span(`  ${info.role}, ${show(remote)}`, 'dim')],
    [
      span('   '),
      span(`${glyphs[look.sign]} ${state}`, look.tone),
      span(` for ${formatAge(now - since)}`),
      span(because === '' ? '' : `  ${show(because)}`, 'dim'),
    ],
    [
      label('pair'),
      span(pairOf(health)),
      span(`  own addresses ${show(health?.locals.join(', ') ?? '')}`, 'dim'),
    ],
    [label('consent'), ...consentOf(peer, now)],
    [label('restarts'), ...budgetOf(peer)],
    [label('packets'), ...packetsOf(health)],
    ...peer.steps
      .toReversed()
      .map(({at, step, level, text}, index): Line => [
        label(index === 0 ? 'steps' : ''),
        span(formatStamp(at), 'dim'),
        span(` ${step}: ${show(text)}`, LEVELS[level]),
      ]),
  ]
}

/** The record is as old as the last look: what went by since then counts too. */
function silence({health, seenAt}: PeerView, now: Millis): Millis | null {
  const idle = health?.idle ?? null
  return idle === null ? null : idle + Math.max(0, now - seenAt)
}

function consentOf({health, info, seenAt}: PeerView, now: Millis): Line {
  const rule = info.consent
    ? `  asked every ${formatDuration(info.consent.interval)}, expires after ${formatDuration(info.consent.timeout)}`
    : ''
  const consent = health?.consent ?? null
  if (consent === null) return [span('none', 'warning'), span(rule, 'dim')]
  const age = formatAge(consent + Math.max(0, now - seenAt))
  const missed = health?.failures ?? 0
  return [
    span(`proven ${age} ago`, missed > 0 ? 'warning' : 'good'),
    span(
      missed === 0 ? '' : `, ${missed} check${missed === 1 ? '' : 's'} without an answer since`,
      'warning',
    ),
    span(rule, 'dim'),
  ]
}

function budgetOf({health, info}: PeerView): Line {
  const used = health?.restarts ?? 0
  const total = health?.restartsTotal ?? 0
  const left = info.maxRestarts === undefined ? null : Math.max(0, info.maxRestarts - used)
  return [
    span(
      left === null ? `${used} used` : `${left} left of ${info.maxRestarts}`,
      left === 0 ? 'bad' : 'plain',
    ),
    span(`  ${total} in all`, 'dim'),
  ]
}

function packetsOf(health: PeerHealth | null): Line {
  if (!health) return [span('none yet', 'dim')]
  const {sent, received, forged, unknown, sendErrors} = health
  return [
    span(`${sent} sent, ${received} received with proof`),
    span(`, ${forged} forged`, forged > 0 ? 'warning' : 'plain'),
    span(`, ${unknown} unknown`, unknown > 0 ? 'warning' : 'plain'),
    span(`, ${sendErrors} not sent`, sendErrors > 0 ? 'warning' : 'plain'),
  ]
}

function restartsOf({health, info}: PeerView): string {
  const used = health?.restarts ?? 0
  return info.maxRestarts === undefined ? String(used) : `${used} of ${info.maxRestarts}`
}

function pairOf(health: PeerHealth | null): string {
  const selected = health?.selected ?? null
  return selected === null ? 'none' : show(selected)
}

/** `office * connected`, for the line of the states. */
export function renderPeerPills(peers: readonly PeerView[], glyphs: Glyphs): readonly Span[] {
  const lost = peers.filter(({state}) => state !== 'connected')
  const [first] = lost
  if (peers.length === 0) return []
  const look = LOOKS[first?.state ?? 'connected']
  const text =
    lost.length === 1 && first
      ? `${show(first.info.name)} ${first.state}`
      : `${peers.length - lost.length}/${peers.length}`
  return [span('   peers ', 'dim'), span(`${glyphs[look.sign]} ${text}`, look.tone)]
}

function label(text: string): Span {
  return span(`   ${text.padEnd(10)}`, 'dim')
}
