/** What happened to the own network, in words. */
import type {RunEvent} from './events.ts'
import type {MptcpMode} from './network-events.ts'
import type {NetworkChangeKind} from './network-port.ts'
import type {Told, Tone} from './story.ts'
import {formatDuration} from './units.ts'

const WORDS: Readonly<Record<NetworkChangeKind, string>> = {
  'link-added': 'is there',
  'link-removed': 'is gone',
  'link-up': 'is set up',
  'link-down': 'is set down',
  'carrier-gained': 'has a carrier',
  'carrier-lost': 'has lost its carrier',
  'address-added': 'address added',
  'address-removed': 'address removed',
  'route-added': 'route added',
  'route-removed': 'route removed',
  'neighbour-failed': 'neighbour does not answer',
  'neighbour-reached': 'neighbour answers again',
}

/** The last two work, on less than they should. */
export const MPTCP_WORDS: Readonly<Record<MptcpMode, string>> = {
  multipath: 'multipath',
  'single-path': 'degraded (single path)',
  tcp: 'degraded (plain TCP)',
}

/** Nothing for events that aren't about the own network. */
export function tellNetwork(event: RunEvent): readonly Told[] {
  const line = (tone: Tone, subject: string, text: string): readonly Told[] => [
    {at: event.at, tone, subject, text},
  ]
  switch (event.type) {
    case 'network-changed': {
      const {what, device, subject} = event
      return line('plain', device ?? '', `${WORDS[what]}${subject === '' ? '' : `: ${subject}`}`)
    }
    case 'link-lost':
      return line('bad', event.target, `can't be reached (${event.cause}): ${event.because}`)
    case 'link-restored':
      return line('good', event.target, `can be reached again: ${event.because}`)
    case 'interface-warning': {
      const what = event.active ? 'early warning' : 'early warning over'
      return line(event.active ? 'warning' : 'good', event.device, `${what}: ${event.because}`)
    }
    case 'mptcp-changed': {
      const {from, to, because, trigger, retryIn} = event
      const tone = to === 'multipath' ? 'good' : 'warning'
      const what = from === null ? MPTCP_WORDS[to] : `${MPTCP_WORDS[from]} → ${MPTCP_WORDS[to]}`
      const tried = trigger === null || trigger === 'first' ? '' : `; tried because: ${trigger}`
      const next = retryIn === null ? '' : `; MPTCP is tried again in ${formatDuration(retryIn)}`
      return line(tone, event.target, `${what}: ${because}${tried}${next}`)
    }
    case 'subflow-lost':
      return line('warning', event.target, `subflow ${event.local} ${event.cause}: ${event.because}`)
    case 'subflow-returned':
      return line('good', event.target, `subflow ${event.local} works again: ${event.because}`)
    default:
      return tellBond(event)
  }
}

function tellBond(event: RunEvent): readonly Told[] {
  switch (event.type) {
    case 'bond-switched': {
      const {at, device, mode, from, to, because} = event
      if (from === null && to === null) return []
      const tone = to === null ? 'bad' : from === null ? 'plain' : 'warning'
      const text = `${mode} bond: ${from ?? 'nothing'} → ${to ?? 'nothing'}: ${because}`
      return [{at, tone, subject: device, text}]
    }
    case 'bond-member': {
      const {at, device, member, up, because} = event
      const text = `${member} is ${up ? 'up' : 'down'}: ${because}`
      return [{at, tone: up ? 'good' : 'warning', subject: device, text}]
    }
    default:
      return []
  }
}
