/** The journal of a watch: none, one file, or files that follow each other. */
import {UserError} from '../core/errors.ts'
import type {Files} from '../core/ports.ts'
import {type Bytes, parseSize} from '../core/units.ts'
import {openSegments} from '../scenarios/journal/segments.ts'
import {type Journal, openJournal} from '../scenarios/journal/writer.ts'
import {readDurationFlag} from './read-duration.ts'

export interface JournalRequest {
  /** Null writes none: a watch may go on for weeks. */
  readonly folder: string | null
  /** As written on the command line. */
  readonly size: string | undefined
  readonly age: string | undefined
  readonly keep: number | undefined
}

/** Throws USAGE_INVALID for limits that make no sense. */
export async function openMonitorJournal(
  {folder, size, age, keep}: JournalRequest,
  run: string,
  files: Files,
): Promise<Journal | null> {
  if (folder === null) return null
  if (size === undefined && age === undefined) {
    if (keep === undefined) return openJournal(files, folder, run)
    throw usage('--journal-keep: there is one file unless --journal-size or --journal-age is given')
  }
  const limits = {
    size: size === undefined ? null : readSize(size),
    age: age === undefined ? null : readDurationFlag('--journal-age', age),
    keep: keep ?? null,
  }
  return openSegments(files, {folder, run}, limits)
}

function readSize(text: string): Bytes {
  const parsed = parseSize(text)
  if (!parsed.ok) throw usage(`--journal-size: ${parsed.because}`)
  if (parsed.value >= 1) return parsed.value
  throw usage(`--journal-size: ${text} holds nothing`)
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}
