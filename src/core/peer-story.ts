/** What happened to peers, in words. */
import type {RunEvent} from './events.ts'
import type {PeerState} from './peer-events.ts'
import type {Told, Tone} from './story.ts'

/** Nothing for events that aren't about peers, and for the looks at their health. */
export function tellPeer(event: RunEvent): readonly Told[] {
  const line = (tone: Tone, subject: string, text: string): readonly Told[] => [
    {at: event.at, tone, subject, text},
  ]
  switch (event.type) {
    case 'peer-added':
      return line('plain', event.info.name, `peer at ${event.info.remote.join(', ') || 'an unknown address'}`)
    case 'peer-state':
      return line(toneOf(event.to), event.peer, `${event.from} → ${event.to}: ${event.because}`)
    case 'peer-step':
      return line(TONES[event.level], event.peer, `${event.step}: ${event.text}`)
    case 'peer-removed':
      return line('plain', event.peer, `removed: ${event.because}`)
    default:
      return []
  }
}

const TONES = {info: 'plain', warning: 'warning', error: 'bad'} as const

function toneOf(state: PeerState): Tone {
  if (state === 'connected') return 'good'
  return state === 'disconnected' || state === 'failed' ? 'bad' : 'plain'
}
