/** A watch on a fake clock with a probe that answers from a script. */
import * as z from 'zod'
import {type FailureCode, makeFailure} from '../../src/core/codes/index.ts'
import type {RunEvent} from '../../src/core/events.ts'
import type {Outcome} from '../../src/core/outcome.ts'
import type {Ports} from '../../src/core/ports.ts'
import {seededRandom} from '../../src/core/random.ts'
import type {Millis} from '../../src/core/units.ts'
import type {WatchSpec} from '../../src/core/watch.ts'
import {openWatch} from '../../src/connections/watch-targets.ts'
import type {Policy} from '../../src/policies/policy.ts'
import type {MeasureRun, Probe} from '../../src/probes/probe.ts'
import {FakeClock} from './fake-clock.ts'
import {FakeNetwork} from './fake-network.ts'

/** What the network does at a time: answers after so long, fails after so long with a code, or stays silent. */
export type Answer = {readonly after: Millis; readonly code?: FailureCode} | 'silent'
export type Script = (now: Millis) => Answer

export interface Rig {
  readonly clock: FakeClock
  readonly events: RunEvent[]
  /** How many measurements were under way at most, and began in all. */
  readonly load: {running: number; most: number; begun: number}
  stop(): Promise<void>
  /** Rendered short: `100 sample 0 ok`, `100 state connecting>connected`. */
  story(...types: RunEvent['type'][]): string[]
}

export const SPEC: WatchSpec = {
  name: 'api',
  url: 'tcp://192.0.2.1:443',
  role: 'target',
  interval: 100,
  timeout: 1000,
  family: 0,
  options: {},
  policy: null,
  fall: 1,
  rise: 1,
}

export const POLICY: Policy = {
  name: 'test',
  attemptTimeout: 300,
  deadline: null,
  minAttemptTime: 0,
  maxAttempts: 0,
  phases: [
    {name: 'immediate', attempts: 2, interval: 200, multiplier: 1, maxInterval: null},
    {name: 'persistent', attempts: 2, interval: 1000, multiplier: 1, maxInterval: null},
  ],
  jitter: {mode: 'none', factor: 0},
  cap: 'hard',
  delayFrom: 'end',
  reset: {mode: 'on_success'},
  strategies: {},
  retryOn: [],
  neverOn: [],
  health: null,
}

export async function startWatch(
  spec: Partial<WatchSpec>,
  script: Script,
  clock = new FakeClock(),
  more: Partial<Ports> = {},
): Promise<Rig> {
  const events: RunEvent[] = []
  const load = {running: 0, most: 0, begun: 0}
  const probe: Probe = {
    kind: 'tcp',
    summary: 'scripted',
    example: '',
    defaultPort: null,
    needs: [],
    schema: z.unknown(),
    open: async () =>
      Promise.resolve({
        method: null,
        measure: async (run) => {
          load.running += 1
          load.begun += 1
          load.most = Math.max(load.most, load.running)
          const outcome = await answer(script(clock.now()), run, clock)
          load.running -= 1
          return outcome
        },
        close: async () => Promise.resolve(),
      }),
  }
  const stop = new AbortController()
  const ports = {clock, random: seededRandom(1), network: new FakeNetwork(), ...more} as unknown as Ports
  const {ended} = await openWatch([{...SPEC, ...spec}], ports, {
    origin: 0,
    emit: (event) => events.push(event),
    signal: stop.signal,
    load: async () => Promise.resolve(probe),
  })
  return {
    clock,
    events,
    load,
    stop: async () => {
      stop.abort()
      await ended
    },
    story: (...types) => events.filter((event) => types.includes(event.type)).map(tell),
  }
}

async function answer(given: Answer, run: MeasureRun, clock: FakeClock): Promise<Outcome> {
  const started = clock.now()
  const late = given === 'silent' || given.after > run.timeout
  const code = late ? 'TCP_TIMEOUT' : given.code
  try {
    await clock.sleep(late ? run.timeout : given.after, run.signal)
  } catch {
    return failed('CANCELLED', clock.now() - started)
  }
  const took = clock.now() - started
  return code === undefined ? {status: 'ok', reading: {rtt: took, phase: {}}, took} : failed(code, took)
}

function failed(code: FailureCode, took: Millis): Outcome {
  return {status: 'failed', failure: makeFailure(code, 'scripted'), partial: {phase: {}}, took}
}

function tell(event: RunEvent): string {
  const at = Math.round(event.at)
  switch (event.type) {
    case 'sample': {
      const {outcome, seq, sentAt} = event.sample
      const what = outcome.status === 'failed' ? outcome.failure.code : outcome.status
      return `${at} sample ${seq} sent ${Math.round(sentAt)} ${what}`
    }
    case 'state-changed':
      return `${at} ${event.from} > ${event.to}`
    case 'attempt-scheduled':
      return `${at} attempt ${event.attempt} due ${Math.round(event.due)} (${event.phase})`
    case 'attempt':
      return `${at} attempt ${event.attempt} ${event.failure?.code ?? 'ok'} (${event.phase})`
    case 'slot-missed':
      return `${at} slot ${event.seq} missed`
    case 'observer-gap':
      return `${at} gap of ${Math.round(event.length)}`
    case 'notice':
      return `${at} notice`
    default:
      return `${at} ${event.type}`
  }
}
