/** What the probes of TCP, UDP, STUN, TURN and MPTCP found out, as compact blocks of text. */
import type {DialogueFacts, MptcpFacts, StunFacts, TcpFacts, TurnFacts, UdpFacts} from '../core/facts.ts'
import type {Reading} from '../core/outcome.ts'
import {stripControl} from '../core/text.ts'
import {formatDuration} from '../core/units.ts'
import {type TextOptions, plural, renderEntries, renderEntry} from './probe-text.ts'

export function renderUdp(udp: UdpFacts, options: TextOptions): string[] {
  const {state, reply, size, sent, preset, foreign, foreign_from: stranger} = udp
  const style = state === 'open' ? 'good' : state === 'closed' ? 'bad' : 'warning'
  const request = preset === null ? '' : ` (${preset} request)`
  const datagram = sent === 0 ? 'an empty datagram' : plural(sent, 'octet')
  const strangers = `${plural(foreign, 'datagram')} from elsewhere, last ${stranger ?? '-'}`
  return [
    options.style('strong', 'udp'),
    ...(state === null ? [] : renderEntry('state', state, options, style)),
    ...renderEntry('sent', `${datagram}${request} from ${udp.local}`, options),
    ...(size === null ? [] : renderEntry('reply', plural(size, 'octet'), options)),
    ...(reply === null || reply === '' ? [] : renderEntry('', stripControl(reply), options)),
    ...(foreign > 0 ? renderEntry('foreign', strangers, options, 'warning') : []),
  ]
}

const MAPPINGS: Readonly<Record<NonNullable<StunFacts['mapping']>, string>> = {
  'endpoint-independent': 'endpoint-independent: peers can reach this port',
  'address-dependent': 'address-dependent: each peer sees another port, direct connections will fail',
  'address-and-port-dependent':
    'address-and-port-dependent: each peer sees another port, direct connections will fail',
}

export function renderStun(stun: StunFacts, options: TextOptions): string[] {
  const {mapped, nat, mapping, others, requests, software, legacy, alternate, tcp} = stun
  const where = nat === true ? ', behind a NAT' : nat === false ? ', no NAT' : ''
  const seen = others.map((other) => `${other.server} sees ${other.mapped ?? 'nothing'}`)
  const style = mapping === 'endpoint-independent' ? 'good' : 'warning'
  const extras = [
    requests > others.length + 1 ? `${requests} requests sent` : '',
    legacy ? 'the server speaks RFC 3489 only' : '',
  ].filter((text) => text !== '')
  return [
    options.style('strong', 'stun'),
    ...renderEntry('local', stun.local, options),
    ...(mapped === null ? [] : renderEntry('mapped', mapped + where, options, 'good')),
    ...renderEntries('second', seen, options),
    ...(mapping === null ? [] : renderEntry('mapping', MAPPINGS[mapping], options, style)),
    ...(software === null ? [] : renderEntry('server', stripControl(software), options)),
    ...(alternate === null ? [] : renderEntry('ask', alternate, options)),
    ...(tcp === null ? [] : renderEntry('over tcp', `${tcp} accepts`, options, 'warning')),
    ...(extras.length > 0 ? renderEntry('also', extras.join('; '), options) : []),
  ]
}

export function renderTurn(turn: TurnFacts, options: TextOptions): string[] {
  const {transport, relayed, mapped, lifetime, realm, relay_rtt: passed, software, alternate} = turn
  const until = lifetime === null ? '' : `, for ${formatDuration(lifetime * 1000)}`
  return [
    options.style('strong', 'turn'),
    ...renderEntry('over', transport, options),
    ...(relayed === null ? [] : renderEntry('relayed', relayed + until, options, 'good')),
    ...(mapped === null ? [] : renderEntry('mapped', mapped, options)),
    ...(passed === null
      ? []
      : renderEntry('relay', `passes packets on, ${formatDuration(passed)}`, options, 'good')),
    ...(realm === null ? [] : renderEntry('realm', stripControl(realm), options)),
    ...(software === null ? [] : renderEntry('server', stripControl(software), options)),
    ...(alternate === null ? [] : renderEntry('ask', alternate, options)),
  ]
}

const FALLBACKS: Readonly<Record<NonNullable<MptcpFacts['fallback']>, string>> = {
  'not-echoed': 'plain TCP: the SYN/ACK came without MP_CAPABLE',
  'syn-dropped': 'plain TCP: SYNs with MP_CAPABLE got no answer',
  suppressed: 'plain TCP: the kernel avoids MPTCP for now',
  unavailable: 'plain TCP: this machine opens no MPTCP socket',
  waiting: 'plain TCP: MPTCP waits for its next try',
  other: 'plain TCP, after a fallback',
}

export function renderMptcp(
  {used, subflows, paths, fallback, counters}: MptcpFacts,
  options: TextOptions,
): string[] {
  const count = subflows === null ? '' : `, ${plural(subflows, 'subflow')}`
  const counted = Object.entries(counters).map(([name, value]) => `${name} +${value}`)
  return [
    options.style('strong', 'mptcp'),
    ...renderEntry(
      'used',
      used ? `yes${count}` : FALLBACKS[fallback ?? 'other'],
      options,
      used ? 'good' : 'warning',
    ),
    ...renderEntries(
      'paths',
      paths.map(({local, remote}) => `${local} → ${remote}`),
      options,
    ),
    ...(used || counted.length === 0 ? [] : renderEntry('counted', counted.join(', '), options)),
  ]
}

export function renderDialogue({done, of, captures}: DialogueFacts, options: TextOptions): string[] {
  const texts = Object.entries(captures).map(([name, value]) => `${name} = ${stripControl(value)}`)
  return [
    options.style('strong', 'dialogue'),
    ...renderEntry('steps', `${done} of ${of} done`, options, done === of ? 'good' : 'bad'),
    ...renderEntries('captured', texts, options),
  ]
}

/** A few words about a success below the level of TLS and HTTP. */
export function transportWords({tcp, udp, stun, turn, mptcp}: Reading): string {
  if (udp) return `${udp.state ?? 'sent'}, ${plural(udp.size ?? 0, 'octet')} back`
  if (stun) return `mapped ${stun.mapped ?? '-'}`
  if (turn) return `relayed ${turn.relayed ?? '-'}`
  if (mptcp) return mptcp.used ? `MPTCP, ${plural(mptcp.subflows ?? 1, 'subflow')}` : 'plain TCP'
  return tcp ? tcpWords(tcp) : 'connected'
}

function tcpWords({dialogue, banner}: TcpFacts): string {
  if (dialogue) return `${dialogue.done} of ${dialogue.of} steps done`
  return banner === null ? 'connected' : `banner ${JSON.stringify(stripControl(banner))}`
}
