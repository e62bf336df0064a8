/** A multipath connection in the details of its target. */
import type {SubflowFacts} from '../core/facts.ts'
import type {MptcpStanding} from '../core/mptcp-standing.ts'
import {MPTCP_WORDS} from '../core/network-story.ts'
import {show} from '../core/show.ts'
import {type Millis, formatBytes} from '../core/units.ts'
import {formatAge, formatCountdown, formatRtt} from './formats.ts'
import type {Glyphs} from './glyphs.ts'
import {type Line, span} from './spans.ts'

/** Nothing for other targets. */
export function renderMptcp(mptcp: MptcpStanding | null, now: Millis, glyphs: Glyphs): readonly Line[] {
  if (mptcp === null) return []
  const {mode, since, because, retryAt} = mptcp
  const next = retryAt === null ? '' : `, tried again in ${formatCountdown(Math.max(0, retryAt - now))}`
  return [
    [
      label('mptcp'),
      span(MPTCP_WORDS[mode], mode === 'multipath' ? 'good' : 'warning'),
      span(` for ${formatAge(now - since)}${next}`),
      span(`  ${show(because)}`, 'dim'),
    ],
    ...mptcp.flows.map((flow) => renderFlow(flow, glyphs)),
  ]
}

function renderFlow({local, remote, rtt, backoff, sent, received}: SubflowFacts, glyphs: Glyphs): Line {
  const stalls = backoff === 0 ? '' : `, ${backoff} retransmissions in a row`
  return [
    label(''),
    span(`${show(local)} ${glyphs.arrow} ${show(remote)}`),
    span(`  rtt ${formatRtt(rtt)}, sent ${formatBytes(sent)}, received ${formatBytes(received)}`, 'dim'),
    span(stalls, 'warning'),
  ]
}

function label(text: string): Line[number] {
  return span(`   ${text.padEnd(10)}`, 'dim')
}
