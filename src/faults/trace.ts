/** How it is seen that an act is in force, what it has hit, and that nothing of it is left. */
import type {Place} from '../core/place.ts'
import type {Clock, Files} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {Readback} from './backends/readback.ts'
import type {FaultCounters} from './fault.ts'
import {type ProcessIdentity, isAlive, stateOf} from './identity.ts'
import {type NameList, readNames} from './sight.ts'
import {type Neighbour, readNeighbours} from './neighbours.ts'
import {type LimitTrace, limitLeftovers, limitRemarks, readLimitTrace} from './process-limits.ts'
import {type SilentNeighbours, countSilence, readSilence, silenceLeftovers} from './silent-neighbours.ts'
import type {Tools} from './tools.ts'
import {holderPath, parseHolder} from './work.ts'

export type Trace =
  | LimitTrace
  | SilentNeighbours
  /** These names are on no list any more. */
  | {
      readonly type: 'names'
      readonly list: NameList
      readonly before: readonly string[]
      readonly what: string
    }
  /** So many flows were there; the kernel may give the number of one that is gone to the next with its addresses. */
  | {readonly type: 'flows'; readonly before: number}
  | {readonly type: 'setting'; readonly name: string; readonly before: string; readonly during: string}
  | {readonly type: 'process'; readonly who: ProcessIdentity; readonly becomes: 'stopped' | 'gone'}
  /** Of a process that is started again at the end. */
  | {readonly type: 'relaunch'; readonly who: ProcessIdentity; readonly id: string}
  | {readonly type: 'held'; readonly id: string}
  /** These neighbours of a device have another link-layer address. */
  | {
      readonly type: 'neighbours'
      readonly device: string
      readonly before: readonly Neighbour[]
      readonly during: string
    }

export interface TraceWorld {
  readonly tools: Tools
  readonly files: Pick<Files, 'readText'>
  readonly stateFolder: string
  readonly place: Place
  readonly clock: Clock
  /** How many flows conntrack said that it has made the kernel forget. */
  readonly forgotten: number
}

/** What a signal asks for is done a moment later; a program that is told to end may have work to finish. */
const SETTLES: Millis = 2000
const STEP: Millis = 20

/** The answer once it is as wanted, or as it is when the time is over. */
async function settle<Answer>(
  {clock}: TraceWorld,
  look: () => Promise<Answer>,
  wanted: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = clock.now() + SETTLES
  for (;;) {
    const answer = await look()
    if (wanted(answer) || clock.now() >= deadline) return answer
    await clock.sleep(STEP)
  }
}

/** Whether the act is in force, in words. */
export async function readTrace(world: TraceWorld, trace: Trace): Promise<Readback> {
  switch (trace.type) {
    case 'names': {
      const left = await leftOf(world, trace)
      if (left === null) return {asAsked: false, text: `what is left of ${trace.what} can not be read`}
      const gone = trace.before.length - left.length
      return {asAsked: left.length === 0, text: `${gone} of ${trace.before.length} ${trace.what} gone`}
    }
    case 'flows':
      return {
        asAsked: trace.before === 0 || world.forgotten > 0,
        text: `${world.forgotten} of ${trace.before} flows forgotten`,
      }
    case 'setting': {
      const value = await readSetting(world.tools, world.place, trace.name)
      return {asAsked: value === trace.during, text: `${trace.name} is ${value ?? 'not readable'}`}
    }
    case 'neighbours': {
      const now = await neighboursNow(world, trace)
      const asAsked = now?.every((one) => one.permanent && one.lladdr === trace.during) === true
      const text = now?.map(({address, lladdr}) => `${address} at ${lladdr ?? 'nothing'}`).join(', ')
      return {asAsked, text: text ?? 'ip does not tell the neighbours'}
    }
    case 'silent-neighbours':
      return readSilence(world, trace)
    case 'limit':
    case 'group-limit':
      return readLimitTrace(world.files, trace)
    case 'process':
    case 'relaunch': {
      const becomes = trace.type === 'process' ? trace.becomes : 'gone'
      const wanted = (state: string | null): boolean => (becomes === 'gone' ? state === null : state === 'T')
      const state = await settle(world, async () => stateOf(world.files, trace.who), wanted)
      const asAsked = wanted(state)
      return {asAsked, text: `process ${trace.who.pid} ${stateWords(state)}`}
    }
    case 'held': {
      const record = await recordOf(world, trace.id)
      const lives = record !== null && (await isAlive(world.files, record))
      return {asAsked: lives, text: lives ? record.holds : 'nobody holds it'}
    }
  }
}

function stateWords(state: string | null): string {
  if (state === null) return 'is gone'
  return state === 'T' ? 'is stopped' : 'runs'
}

/** What an act has looked at and changed; null where nothing counts. */
export async function countTrace(world: TraceWorld, trace: Trace): Promise<FaultCounters | null> {
  switch (trace.type) {
    case 'names': {
      const left = await leftOf(world, trace)
      return left && {matched: trace.before.length, affected: trace.before.length - left.length}
    }
    case 'flows':
      return {matched: Math.max(trace.before, world.forgotten), affected: world.forgotten}
    case 'held': {
      const count = (await recordOf(world, trace.id))?.count
      return count === undefined ? null : {matched: count, affected: count}
    }
    case 'silent-neighbours':
      return countSilence(world, trace)
    case 'setting':
    case 'neighbours':
    case 'limit':
    case 'group-limit':
    case 'process':
    case 'relaunch':
      return null
  }
}

/** What is left of an act after its undo, in words. */
export async function leftovers(world: TraceWorld, trace: Trace): Promise<readonly string[]> {
  switch (trace.type) {
    case 'names':
    case 'flows':
      return []
    case 'setting': {
      const value = await readSetting(world.tools, world.place, trace.name)
      return value === trace.before
        ? []
        : [`${trace.name} is ${value ?? 'not readable'}, and was ${trace.before}`]
    }
    case 'neighbours': {
      const now = (await neighboursNow(world, trace)) ?? []
      return now.flatMap((one, index) => {
        const {permanent, lladdr} = trace.before[index] ?? {permanent: false, lladdr: null}
        const same = permanent ? one.permanent && one.lladdr === lladdr : one.lladdr !== trace.during
        return same ? [] : [`the neighbour ${one.address} is at ${one.lladdr ?? 'nothing'}`]
      })
    }
    case 'silent-neighbours':
      return silenceLeftovers(world, trace)
    case 'limit':
    case 'group-limit':
      return limitLeftovers(world.files, trace)
    case 'process':
      if (trace.becomes === 'gone') return []
      return (await settle(
        world,
        async () => stateOf(world.files, trace.who),
        (state) => state !== 'T',
      )) === 'T'
        ? [`process ${trace.who.pid} is still stopped`]
        : []
    case 'relaunch': {
      const record = await recordOf(world, trace.id)
      const lives = record !== null && (await isAlive(world.files, record))
      return lives ? [] : [`the program that was process ${trace.who.pid} does not run again`]
    }
    case 'held': {
      const record = await recordOf(world, trace.id)
      return record !== null && (await isAlive(world.files, record)) ? [`still there: ${record.holds}`] : []
    }
  }
}

/** What is worth knowing about an act that is over, though nothing of it is left. */
export async function remarksOn(files: Pick<Files, 'readText'>, trace: Trace): Promise<readonly string[]> {
  return trace.type === 'limit' || trace.type === 'group-limit' ? limitRemarks(files, trace) : []
}

async function neighboursNow(
  {tools, place}: TraceWorld,
  {device, before}: Extract<Trace, {type: 'neighbours'}>,
): Promise<readonly Neighbour[] | null> {
  return readNeighbours(tools, place, {device, addresses: before.map(({address}) => address)})
}

async function leftOf(
  {tools, place}: TraceWorld,
  {list, before}: Extract<Trace, {type: 'names'}>,
): Promise<readonly string[] | null> {
  const now = await readNames(tools, place, list)
  return now && before.filter((name) => now.includes(name))
}

async function recordOf(
  {files, stateFolder}: TraceWorld,
  id: string,
): Promise<ReturnType<typeof parseHolder>> {
  return parseHolder(await files.readText(holderPath(stateFolder, id)).catch(() => null))
}

/** A kernel setting with its spaces made single; null when it can't be read. */
export async function readSetting(tools: Tools, place: Place, name: string): Promise<string | null> {
  const {exitCode, stdout} = await tools.run(place, {type: 'exec', file: 'sysctl', args: ['-n', name]})
  return exitCode === 0 ? stdout.trim().replaceAll(/\s+/g, ' ') : null
}
