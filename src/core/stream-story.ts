/** What happened to the streams of groups, in words. */
import type {RunEvent} from './events.ts'
import type {Told, Tone} from './story.ts'
import type {StageResult} from './stream-events.ts'
import {formatDuration} from './units.ts'

type Stage = RunEvent & {type: 'upgrade-stage'}

/** Nothing for other events, nor for the counts of each second. */
export function tellStream(event: RunEvent): readonly Told[] {
  const line = (tone: Tone, subject: string, text: string): readonly Told[] => [
    {at: event.at, tone, subject, text},
  ]
  switch (event.type) {
    case 'upgrade-begun': {
      const {attempt, from, to, because} = event
      return line('plain', event.group, `way back ${attempt}: from ${from} to ${to}: ${because}`)
    }
    case 'upgrade-stage':
      return line(TONES[event.result], event.group, stageText(event))
    case 'upgrade-ended': {
      const {attempt, ok, failure, because} = event
      if (ok) return line('good', event.group, `way back ${attempt} succeeded: ${because}`)
      const code = failure === null ? '' : ` (${failure.code})`
      return line('bad', event.group, `way back ${attempt} failed${code}: ${because}`)
    }
    case 'stream-moved': {
      const {to, address, took, connect, resent} = event
      const connecting =
        connect === 0 ? 'the connection was there' : `${formatDuration(connect)} of it to connect`
      const again = resent === 0 ? '' : `; ${resent} messages sent again`
      return line(
        'plain',
        event.group,
        `stream over ${to} (${address}) after ${formatDuration(took)}, ${connecting}${again}`,
      )
    }
    case 'stream-failed': {
      const {path, failure} = event
      return line('bad', event.group, `${path} does not carry the stream: ${failure.code} ${failure.message}`)
    }
    default:
      return []
  }
}

const TONES: Readonly<Record<StageResult, Tone>> = {
  ok: 'plain',
  skipped: 'plain',
  warned: 'warning',
  failed: 'bad',
}

/** `step 2 of 5, connect (outbound): 192.0.2.1:7443 after 12ms: we connected`. */
function stageText({step, of, stage, direction, address, took, failure, because, result}: Stage): string {
  const way = direction === null ? '' : ` (${direction})`
  const head = `step ${step} of ${of}, ${stage}${way}`
  if (result === 'skipped') return `${head}: ${because}`
  const code = failure === null ? '' : `${failure.code} `
  const place = address === null ? '' : `${address} `
  return `${head}: ${code}${place}after ${formatDuration(took)}: ${because}`
}
