/** Documents from files and standard input. */
import {UserError} from '../core/errors.ts'
import type {Files} from '../core/ports.ts'
import type {CheckSource} from '../scenarios/check/load-check.ts'
import {readStandardInput} from '../system/standard-input.ts'

const OWN_DOCUMENT = 'netdrill.yaml'

/** Each file once, in the order given; ./netdrill.yaml where none is. `-` is standard input. Throws CONFIG_FILE. */
export async function readSources(
  files: readonly string[],
  {files: door}: {readonly files: Pick<Files, 'readText'>},
): Promise<readonly CheckSource[]> {
  return Promise.all(
    [...new Set(files.length === 0 ? [OWN_DOCUMENT] : files)].map(async (file) => {
      if (file === '-') return {file, text: await readStandardInput()}
      const text = await readText(file, door)
      if (text !== null) return {file, text}
      const advice =
        file === OWN_DOCUMENT ? ['netdrill init writes one', 'or name another file'] : ['check the path']
      throw new UserError({code: 'CONFIG_FILE', message: `there is no file ${file}`, advice})
    }),
  )
}

async function readText(file: string, door: Pick<Files, 'readText'>): Promise<string | null> {
  try {
    return await door.readText(file)
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError({code: 'CONFIG_FILE', message: `${file} can not be read: ${because}`})
  }
}
