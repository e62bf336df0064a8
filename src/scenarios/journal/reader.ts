import {UserError} from '../../core/errors.ts'
import type {RunEvent} from '../../core/events.ts'
import type {Millis} from '../../core/units.ts'
import {journalLineSchema} from './schema.ts'

export interface ReadJournal {
  readonly events: readonly RunEvent[]
  /** The run reached its end; a journal of a killed run did not. */
  readonly complete: boolean
  /** The last line was cut off in writing. */
  readonly cut: boolean
  /** When what it tells begins: later than the run in a later segment, whose preamble repeats older events. */
  readonly begins: Millis
}

/** Parses a journal. Throws `JOURNAL_UNREADABLE` with the line that doesn't fit; a cut last line is no error. */
export function readJournal(file: string, text: string): ReadJournal {
  const lines = text.split('\n')
  const tail = lines.pop() ?? ''
  const events = lines.map((line, index) => parseLine(file, line, index + 1))
  const [first] = events
  if (first?.type !== 'run-started') {
    throw new UserError({
      code: 'JOURNAL_UNREADABLE',
      message: `${file} does not begin with a run-started line`,
      advice: ['give a file that netdrill drill run has written'],
    })
  }
  const {preamble = 0} = first.run.segment ?? {}
  const begins = preamble === 0 ? 0 : (events[preamble]?.at ?? 0)
  return {events, complete: events.at(-1)?.type === 'run-ended', cut: tail !== '', begins}
}

export interface JournalFile {
  readonly file: string
  readonly text: string
}

/**
 * Parses the segments of one journal, oldest first, into one. Throws `JOURNAL_UNREADABLE` as `readJournal` does, and
 * when a segment between two others is missing; older ones that were removed are none of its business.
 */
export function readSegments(segments: readonly JournalFile[]): ReadJournal {
  // A run that is killed as it opens a segment leaves one without a whole line.
  const tail = segments.at(-1)
  const torn = tail !== undefined && segments.length > 1 && !tail.text.includes('\n')
  const whole = torn ? segments.slice(0, -1) : segments
  const parts = whole.map(({file, text}) => ({file, ...readJournal(file, text)}))
  const events = parts.flatMap((part, index) => {
    const before = parts[index - 1]
    if (!before) return part.events
    const [expected, {number, preamble}] = [segmentOf(before).number + 1, segmentOf(part)]
    if (number === expected) return part.events.slice(preamble)
    throw new UserError({
      code: 'JOURNAL_UNREADABLE',
      message: `${part.file} is segment ${number}, and segment ${expected} is missing`,
      advice: ['each segment can be read by itself: give its file'],
    })
  })
  const last = parts.at(-1)
  const cut = parts.some((part) => part.cut) || (torn && tail.text !== '')
  return {events, complete: last?.complete ?? false, cut, begins: parts[0]?.begins ?? 0}
}

function segmentOf({events: [first]}: ReadJournal): {readonly number: number; readonly preamble: number} {
  return (first?.type === 'run-started' ? first.run.segment : undefined) ?? {number: 1, preamble: 0}
}

function parseLine(file: string, line: string, number: number): RunEvent {
  const value = parseJson(line)
  const parsed = journalLineSchema.safeParse(value)
  if (parsed.success) return parsed.data as RunEvent
  throw new UserError({
    code: 'JOURNAL_UNREADABLE',
    message: describeLine(value, parsed.error.issues[0]),
    position: {file, line: number, column: 1},
    advice: ['the file may come from a newer version of netdrill, or was edited'],
  })
}

function describeLine(
  value: unknown,
  issue: {path: readonly PropertyKey[]; message: string} | undefined,
): string {
  if (typeof value !== 'object' || value === null || !('type' in value)) return 'this is no event of a run'
  // The list of all types would be longer than the terminal is wide.
  if (!issue || issue.path[0] === 'type') return `there are no events of type ${JSON.stringify(value.type)}`
  return `${issue.path.join('.')} ${issue.message}`.trim()
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
