/** What is told of connections that still work, in words. */
import type {RunEvent} from './events.ts'
import type {Told} from './story.ts'

/** Nothing for other events. */
export function tellHealth(event: RunEvent): readonly Told[] {
  if (event.type !== 'early-warning') return []
  const what = event.active ? 'early warning' : 'early warning over'
  const tone = event.active ? 'warning' : 'good'
  return [{at: event.at, tone, subject: event.target, text: `${what}: ${event.because}`}]
}
