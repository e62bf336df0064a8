/** What happened to groups, in words. */
import type {RunEvent} from './events.ts'
import {PATH_MODES, type PathMode, type SwitchKind} from './group-events.ts'
import {tellHealth} from './health-story.ts'
import {tellNetwork} from './network-story.ts'
import type {Told, Tone} from './story.ts'
import {tellStream} from './stream-story.ts'
import {formatDuration} from './units.ts'

/** Nothing for events that aren't about groups, flapping or the own network and its interfaces. */
export function tellGroup(event: RunEvent): readonly Told[] {
  const line = (tone: Tone, subject: string, text: string): readonly Told[] => [
    {at: event.at, tone, subject, text},
  ]
  switch (event.type) {
    case 'group-removed':
      return line('plain', event.group, 'no longer in the document')
    case 'group-changed': {
      if (event.to === 'connecting' || event.to === 'disconnected') return []
      const tone = event.to === 'connected' ? 'good' : event.to === 'degraded' ? 'warning' : 'bad'
      const healthy = `${event.healthy} of ${event.of} healthy`
      return line(tone, event.group, `${event.from} → ${event.to} (${healthy}): ${event.because}`)
    }
    case 'path-switched': {
      const {from, to, kind, because, took} = event
      if (to === null) return line('bad', event.group, `left ${from ?? 'nothing'}: ${because}`)
      const way = from === null ? `takes ${to}` : `${from} → ${to}`
      return line(toneOf(kind), event.group, `${way} after ${formatDuration(took)}: ${because}`)
    }
    case 'mode-changed':
      return line(toneOfMode(event.from, event.to), event.group, `mode ${wayOf(event)}: ${event.because}`)
    case 'switch-held':
      return line('warning', event.group, `no switch: ${event.because}`)
    case 'own-network':
      return line(event.suspected ? 'bad' : 'good', '', event.because)
    case 'flapping':
      return line(
        event.flapping ? 'warning' : 'good',
        event.target,
        event.flapping ? 'changes its state too often: flapping' : 'no longer flapping',
      )
    default:
      return [...tellHealth(event), ...tellNetwork(event), ...tellStream(event)]
  }
}

function toneOf(kind: SwitchKind): Tone {
  return kind === 'down' || kind === 'quality' ? 'warning' : 'good'
}

/** The modes are in the order of what they survive. */
function toneOfMode(from: PathMode | null, to: PathMode): Tone {
  if (from === null) return 'plain'
  return PATH_MODES.indexOf(to) < PATH_MODES.indexOf(from) ? 'warning' : 'good'
}

function wayOf({from, to}: {readonly from: PathMode | null; readonly to: PathMode}): string {
  return from === null ? to : `${from} → ${to}`
}
