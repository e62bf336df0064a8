/** Writes a document to start with. */
import {UserError} from '../core/errors.ts'
import {writeNew, writeReport} from '../system/report-files.ts'
import {STARTER} from './starter-document.ts'

/** Never replaces a file unless told to; `-` gives the text to the caller and writes nothing. Returns the text. */
export async function writeStarter(path: string, {force}: {readonly force: boolean}): Promise<string> {
  if (path === '-') return STARTER
  try {
    if (force) await writeReport(path, STARTER)
    else if (!(await writeNew(path, STARTER))) throw isThere(path)
  } catch (error) {
    if (error instanceof UserError) throw error
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError({code: 'CONFIG_FILE', message: `${path} can not be written: ${because}`})
  }
  return STARTER
}

function isThere(path: string): UserError {
  const advice = ['name another file', '--force replaces it']
  return new UserError({code: 'USAGE_INVALID', message: `${path} is there already`, advice})
}
