/** The link profiles that there are, one of them as a document, and one made from a journal. */
import {findProfile} from '../config/link-profiles/find.ts'
import {LINK_PROFILES, namedProfile} from '../config/link-profiles/registry.ts'
import {writeProfile} from '../config/link-profiles/write.ts'
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {suggest} from '../core/text.ts'
import {PathRecorder} from '../probes/recording/path-recorder.ts'
import type {ListedProfile} from '../reporters/link-profiles.ts'
import {findJournal} from './find-journal.ts'
import {checkFile, writeRecorded} from './record-profile.ts'

export function listProfiles(): readonly ListedProfile[] {
  return Object.entries(LINK_PROFILES).map(([name, one]) => ({name, ...one}))
}

interface ShownProfile {
  readonly listed: ListedProfile
  /** The document that says the same. */
  readonly text: string
}

/** By name, or from a file. */
export async function showProfile(word: string, {files}: Pick<Ports, 'files'>): Promise<ShownProfile> {
  const read = async (path: string): Promise<string | null> => files.readText(path).catch(() => null)
  const profile = await findProfile({word, read})
  const named = namedProfile(word)
  const {source, about} = named ?? {source: word, about: 'from a file'}
  const text = writeProfile({profile, comments: named ? [`${about}; figures of ${source}`] : []})
  return {listed: {name: word, profile, source, about}, text}
}

interface JournalRecording {
  readonly journal: string
  /** Null for the first one. */
  readonly target: string | null
  readonly file: string
}

/** Returns one line for people. Throws CONFIG_REFERENCE for a target that the journal doesn't have. */
export async function recordJournal(
  {journal, target, file}: JournalRecording,
  ports: Pick<Ports, 'files' | 'host'>,
): Promise<string> {
  await checkFile(file, ports.files)
  const {events} = await findJournal(journal, ports)
  const recorder = new PathRecorder(target)
  const names = new Set<string>()
  for (const event of events) {
    if (event.type === 'target-added') names.add(event.target.name)
    recorder.add(event)
  }
  const series = recorder.series()
  if (!series) throw noTarget(journal, target, [...names])
  const started = events.find((event) => event.type === 'run-started')?.run.started ?? 'an unknown time'
  return writeRecorded(series, file, started)
}

function noTarget(journal: string, target: string | null, names: readonly string[]): UserError {
  const near = target === null ? null : suggest(target, names)
  return new UserError({
    code: 'CONFIG_REFERENCE',
    message: target === null ? `${journal} has no targets` : `${journal} has no target "${target}"`,
    advice: near ? [`did you mean "${near}"?`] : names.length > 0 ? [`it has: ${names.join(', ')}`] : [],
  })
}
