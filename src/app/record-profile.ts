/** Writes what probes have seen of a way as a link profile: of a probe that runs, or of a journal. */
import {writeDist, writeProfile} from '../config/link-profiles/write.ts'
import {UserError} from '../core/errors.ts'
import type {RunEvent} from '../core/events.ts'
import type {Ports} from '../core/ports.ts'
import {describeRecorded, tellRecorded} from '../probes/recording/describe-recorded.ts'
import {LEAST_ANSWERS, makeProfile} from '../probes/recording/make-profile.ts'
import {PathRecorder, type PathSeries} from '../probes/recording/path-recorder.ts'
import {writeReport} from '../system/report-files.ts'
import {systemTerminal} from '../system/terminal.ts'

/** What a recording writes begins with this. */
const MARK = '# A link as netdrill saw it'

interface RecordingRequest {
  readonly record?: string | undefined
  /** 0 for no end. */
  readonly count: number
  readonly policy?: string | undefined
  readonly display: {readonly quiet: boolean}
}

export interface ProfileRecording {
  add(event: RunEvent): void
  /** Writes the file, and one line to stderr: stdout belongs to the result. Throws as `writeRecorded`. */
  finish(started: string): Promise<void>
}

/** Before anything is sent; null where none is asked for. Throws USAGE_INVALID for what can't become a profile. */
export async function openRecording(
  {record: file, count, policy, display}: RecordingRequest,
  {files}: Pick<Ports, 'files'>,
): Promise<ProfileRecording | null> {
  if (file === undefined) return null
  if (count > 0 && count < LEAST_ANSWERS) {
    throw usage(`--record needs at least ${LEAST_ANSWERS} samples, and --count is ${count}`, [
      '--count 1000 --interval 20ms takes 20s',
      '--count 0 goes on until Ctrl-C',
    ])
  }
  if (policy !== undefined) {
    throw usage('--policy tries lost samples again, and --record has to see them lost', [
      'leave out --policy',
    ])
  }
  await checkFile(file, files)
  const recorder = new PathRecorder()
  return {
    add: (event) => recorder.add(event),
    finish: async (started) => {
      const series = recorder.series()
      if (!series) return
      const line = await writeRecorded(series, file, started)
      if (!display.quiet) systemTerminal({color: false}).stderr.write(`${line}\n`)
    },
  }
}

/** A profile of before may be replaced; nothing else. */
export async function checkFile(file: string, files: Pick<Ports['files'], 'readText'>): Promise<void> {
  const text = await files.readText(file).catch(() => null)
  if (text === null || text.startsWith(MARK)) return
  throw usage(`${file} is there already, and is no recorded profile`, ['name another file'])
}

/** Returns one line for people. Throws PROFILE_SAMPLES where too little was seen, and CONFIG_FILE. */
export async function writeRecorded(series: PathSeries, file: string, at: string): Promise<string> {
  const recorded = makeProfile(series)
  const described = describeRecorded(recorded, {at, file})
  const name = file.replace(/^.*\//, '').replace(/\.dist$/, '')
  const text = file.endsWith('.dist') ? writeDist(described, name) : writeProfile(described)
  try {
    await writeReport(file, text)
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError({code: 'CONFIG_FILE', message: `${file} can not be written: ${because}`})
  }
  return tellRecorded(recorded, file)
}

function usage(message: string, advice: readonly string[]): UserError {
  return new UserError({code: 'USAGE_INVALID', message, advice})
}
