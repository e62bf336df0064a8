/** The words between a drill here and the netdrill on the host of a fault: one JSON document per line. */
import type {Problem} from '../../core/errors.ts'
import type {ExitCode} from '../../core/exit-codes.ts'
import {stripControl} from '../../core/text.ts'
import type {Millis} from '../../core/units.ts'
import type {ActiveFault, FaultCounters, FaultPlan, FaultRequest} from '../fault.ts'

/** Both sides must have the same: it stands for these words and for the form in which faults are handed over. */
export const WIRE = 'netdrill/host/1'

/** Whoever keeps faults on another host sends something this often, and gets an answer. */
export const BEAT: Millis = 1000
/** After so long without a word the connection counts as lost: there the faults are undone, here the run ends. */
export const SILENCE: Millis = 5000

/** The two ends of the ssh connection, as the host of the fault sees them (ssh(1), SSH_CONNECTION). */
export interface Ends {
  readonly client: string
  readonly server: string
}

/** The first line from there. */
export interface Hello {
  readonly say: 'hello'
  readonly wire: string
  readonly version: string
  readonly uid: number
  readonly ends: Ends | null
}

/** What is planned there: the scope as written, since names may mean something else there. */
export type HostedRequest = Pick<FaultRequest, 'id' | 'name' | 'spec' | 'lasts' | 'allow'>

export type Order =
  | {readonly do: 'open'; readonly run: string; readonly dryRun: boolean}
  | {readonly do: 'plan'; readonly request: HostedRequest}
  /** `planned` is the id of the request, `id` that of this time. */
  | {readonly do: 'apply'; readonly planned: string; readonly id: string}
  | {readonly do: 'counters'; readonly id: string}
  | {readonly do: 'remove'; readonly id: string}
  /** Whether somebody there has ended it. */
  | {readonly do: 'look'; readonly id: string}
  | {readonly do: 'detach'}
  /** Of a run whose connection was lost: waits for its end, undoes what is open, tells what is left. */
  | {readonly do: 'settle'; readonly run: string}
  /** Undoes what is in force, and ends. */
  | {readonly do: 'close'}

export interface Answers {
  readonly open: null
  readonly plan: {readonly plan: Omit<FaultPlan, 'request'>; readonly to: string | null}
  readonly apply: {readonly readback: string; readonly asAsked: boolean | null; readonly took: Millis}
  readonly counters: FaultCounters | null
  readonly remove: Awaited<ReturnType<ActiveFault['remove']>>
  readonly look: 'cleared' | 'halted' | null
  readonly detach: null
  readonly settle: readonly {readonly key: string; readonly differences: readonly string[]}[]
  readonly close: null
}

/** From here to there. */
export type ToHost = {readonly id: number; readonly order: Order} | {readonly beat: true}

/** From there to here. */
export type FromHost =
  | Hello
  | {readonly say: 'beat'}
  | {readonly say: 'halted'; readonly because: string}
  | {readonly re: number; readonly ok: unknown}
  | {readonly re: number; readonly problems: readonly Problem[]; readonly exit: ExitCode}

export function encodeWords(words: ToHost | FromHost): string {
  return JSON.stringify(words)
}

/** Null for a line that isn't ours, such as a greeting of a shell. Control characters but line ends are taken out of all texts. */
export function decodeWords<Words extends ToHost | FromHost>(line: string): Words | null {
  try {
    const value: unknown = JSON.parse(line, (_, part: unknown) =>
      typeof part === 'string' ? part.split('\n').map(stripControl).join('\n') : part,
    )
    const isOurs = typeof value === 'object' && value !== null && OURS.some((key) => key in value)
    return isOurs ? (value as Words) : null
  } catch {
    return null
  }
}

const OURS = ['say', 're', 'order', 'beat'] as const
