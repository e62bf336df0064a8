import {UserError} from '../../core/errors.ts'
import type {RunEvent} from '../../core/events.ts'
import {journalLineSchema} from './schema.ts'

export interface ReadJournal {
  readonly events: readonly RunEvent[]
  /** The run reached its end; a journal of a killed run did not. */
  readonly complete: boolean
  /** The last line was cut off in writing. */
  readonly cut: boolean
}

/** Parses a journal. Throws `JOURNAL_UNREADABLE` with the line that doesn't fit; a cut last line is no error. */
export function readJournal(file: string, text: string): ReadJournal {
  const lines = text.split('\n')
  const tail = lines.pop() ?? ''
  const events = lines.map((line, index) => parseLine(file, line, index + 1))
  if (events[0]?.type !== 'run-started') {
    throw new UserError({
      code: 'JOURNAL_UNREADABLE',
      message: `${file} does not begin with a run-started line`,
      advice: ['give a file that netdrill drill run has written'],
    })
  }
  return {events, complete: events.at(-1)?.type === 'run-ended', cut: tail !== ''}
}

function parseLine(file: string, line: string, number: number): RunEvent {
  const parsed = journalLineSchema.safeParse(parseJson(line))
  if (parsed.success) return parsed.data as RunEvent
  const issue = parsed.error.issues[0]
  throw new UserError({
    code: 'JOURNAL_UNREADABLE',
    message: `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not a journal line'}`.trim(),
    position: {file, line: number, column: 1},
    advice: ['the file may come from a newer version of netdrill, or was edited'],
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
