/** The timeline and the tracks of a document, with names followed and courses written out. */
import {type ProfileQuestion, findProfile} from '../../config/link-profiles/find.ts'
import type {LoadedDocument, Path} from '../../config/load.ts'
import {UserError} from '../../core/errors.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import type {FaultSpec} from '../../faults/fault.ts'
import {becomeProfile, isNetem} from '../../faults/with-profile.ts'
import type {NetdrillDocument} from '../document-schema.ts'
import type {DrillCondition, TimelineEntry} from '../drill-spec.ts'
import type {DrillSection} from '../drill-schema.ts'
import {unknownReference} from '../unknown-reference.ts'
import type {EntryDocument} from './entry-schema.ts'
import {type FaultState, changeFault, rampFault} from './course.ts'
import {parseTrace} from './trace-file.ts'

export interface TimelineWorld {
  readonly document: LoadedDocument<NetdrillDocument>
  readonly drill: DrillSection
  readonly condition: (path: Path, text: string) => DrillCondition
  /** The text of a file named in the document; null where there is none. */
  readonly read: (path: string) => Promise<string | null>
}

const PATIENCE: Millis = 30_000
/** Of a state of a fault: putting the next one in force takes a part of it. */
const SHORTEST: Millis = 100
/** Of all repetitions and states: each is planned, put in force and proven by itself. */
const MOST = 500

/** All entries: those of the timeline first, then track by track. */
export async function readTimeline(world: TimelineWorld): Promise<readonly TimelineEntry[]> {
  const {timeline = [], tracks = {}} = world.drill
  const all = [
    ...timeline.map((entry, index) => ({entry, path: ['drill', 'timeline', index], track: null})),
    ...Object.entries(tracks).flatMap(([track, entries]) =>
      entries.map((entry, index) => ({entry, path: ['drill', 'tracks', track, index], track})),
    ),
  ]
  const read = await Promise.all(all.map(async (one) => readEntry(one, world)))
  const count = read.reduce((sum, {loop, steps}) => sum + (loop?.times ?? 1) * (steps?.length ?? 1), 0)
  if (count <= MOST) return read
  throw new UserError({
    code: 'CONFIG_INVALID',
    message: `the timeline comes to ${count} faults, and ${MOST} is the most`,
    position: world.document.positionOf(['drill', timeline.length > 0 ? 'timeline' : 'tracks']),
    advice: ['fewer repetitions, or longer steps'],
  })
}

interface Placed {
  readonly entry: EntryDocument
  readonly path: Path
  readonly track: string | null
}

async function readEntry(placed: Placed, world: TimelineWorld): Promise<TimelineEntry> {
  const {entry, track} = placed
  const steps = await courseOf(placed, faultOf(placed, world.document), world)
  return {
    at: entry.at ?? entry.after ?? 0,
    lasts: steps?.reduce((sum, {lasts}) => sum + lasts, 0) ?? entry.for ?? 0,
    fault: entry.inject,
    ...(entry.after === undefined ? {} : {follows: true as const}),
    ...(track === null ? {} : {track}),
    ...conditionsOf(placed, world),
    ...loopOf(entry),
    ...(steps ? {steps} : {}),
  }
}

function faultOf({entry, path}: Placed, document: TimelineWorld['document']): FaultSpec {
  const faults = document.value.faults ?? {}
  const fault = Object.hasOwn(faults, entry.inject) ? faults[entry.inject] : undefined
  if (fault) return fault
  const message = `there is no fault "${entry.inject}"`
  const names = {name: entry.inject, known: Object.keys(faults)}
  throw unknownReference(document, [...path, 'inject'], {message, ...names})
}

function conditionsOf(
  {entry, path}: Placed,
  {condition}: TimelineWorld,
): Pick<TimelineEntry, 'when' | 'until'> {
  const {when, until, patience = PATIENCE} = entry
  return {
    ...(when === undefined ? {} : {when: {condition: condition([...path, 'when'], when), patience}}),
    ...(until === undefined ? {} : {until: condition([...path, 'until'], until)}),
  }
}

function loopOf({times, every, phase = 0}: EntryDocument): Pick<TimelineEntry, 'loop'> {
  return times === undefined || every === undefined ? {} : {loop: {times, every, phase}}
}

async function courseOf(
  {entry, path}: Placed,
  fault: FaultSpec,
  {document, read}: TimelineWorld,
): Promise<readonly FaultState[] | null> {
  const {ramp, steps, trace, profile, for: lasts = 0} = entry
  if (profile) {
    const position = document.positionOf([...path, 'profile'])
    return [{spec: await takeProfile(fault, {word: profile, read, position}), lasts}]
  }
  if (ramp) {
    const placeOf = (key: string) => document.positionOf([...path, 'ramp', 'to', key])
    if (lasts / ramp.steps < SHORTEST) {
      const message = `${ramp.steps} steps in ${formatDuration(lasts)} are shorter than ${formatDuration(SHORTEST)} each`
      throw new UserError({code: 'CONFIG_INVALID', message, position: document.positionOf([...path, 'ramp'])})
    }
    return rampFault(fault, await changeFault(fault, ramp.to, placeOf), {steps: ramp.steps, lasts})
  }
  if (steps) {
    return Promise.all(
      steps.map(async ({for: span, ...changes}, index) => {
        const placeOf = (key: string) => document.positionOf([...path, 'steps', index, key])
        return {spec: await changeFault(fault, changes, placeOf), lasts: span}
      }),
    )
  }
  return trace === undefined
    ? null
    : traceOf({trace, path: [...path, 'trace'], lasts: entry.for ?? null}, fault, {document, read})
}

async function takeProfile(fault: FaultSpec, question: Required<ProfileQuestion>): Promise<FaultSpec> {
  if (isNetem(fault)) return becomeProfile(fault, await findProfile(question))
  const message = `a ${fault.kind} fault can't be a kind of link: only a netem fault can`
  throw new UserError({code: 'CONFIG_INVALID', message, position: question.position})
}

/** A trace that is shorter than the time it has starts again; one that is longer is cut. */
async function traceOf(
  {trace, path, lasts}: {readonly trace: string; readonly path: Path; readonly lasts: Millis | null},
  fault: FaultSpec,
  {document, read}: Pick<TimelineWorld, 'document' | 'read'>,
): Promise<readonly FaultState[]> {
  const position = document.positionOf(path)
  const text = await read(trace)
  if (text === null)
    throw new UserError({code: 'CONFIG_FILE', message: `the file ${trace} can not be read`, position})
  const parsed = parseTrace(trace, text)
  if (!parsed.ok) {
    const {line, message} = parsed.mistake
    throw new UserError({code: 'CONFIG_INVALID', message: `${trace}:${line}: ${message}`, position})
  }
  const states = await Promise.all(
    parsed.states.map(async (state) => ({
      spec: await changeFault(fault, state.changes, () => position),
      lasts: state.lasts,
    })),
  )
  return lasts === null ? states : fit(states, lasts)
}

function fit(states: readonly FaultState[], lasts: Millis): readonly FaultState[] {
  const fitted: FaultState[] = []
  let left = lasts
  for (let index = 0; left > 0 && fitted.length <= MOST; index++) {
    const state = states[index % states.length]
    if (!state) break
    fitted.push({spec: state.spec, lasts: Math.min(left, state.lasts)})
    left -= state.lasts
  }
  return fitted
}
