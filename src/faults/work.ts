/** What a holder does: a process of ours that keeps something until the fault is over, then ends by itself. */
import type {Millis} from '../core/units.ts'

export type Work =
  /** Listens and answers nobody. */
  | {
      readonly type: 'listen'
      readonly protocol: 'tcp' | 'udp'
      readonly port: number
      readonly address: string
    }
  /** Opens connections and sends nothing. */
  | {
      readonly type: 'connect'
      readonly address: string
      readonly port: number
      readonly count: number
      readonly timeout: Millis
    }
  /** Runs a program for as long as the fault lasts. */
  | {readonly type: 'run'; readonly words: readonly string[]; readonly env: Readonly<Record<string, string>>}
  /** Starts a program when the fault is over, and leaves it alone. */
  | {
      readonly type: 'launch'
      readonly words: readonly string[]
      readonly folder: string
      readonly env: Readonly<Record<string, string>>
      readonly uid: number
      readonly gid: number
    }

/** What a holder has written down about itself, beside the ledger. */
export interface HolderRecord {
  readonly pid: number
  /** As in `ProcessIdentity`. */
  readonly start: number
  /** In words: what it holds. */
  readonly holds: string
  /** Of `connect`: how many are open. */
  readonly count?: number
  /** Of `run`: the first process of the group that has to end with it. */
  readonly group?: {readonly pid: number; readonly start: number}
}

export function holderPath(stateFolder: string, id: string): string {
  return `${stateFolder}/holders/${id}.json`
}

export function parseHolder(text: string | null): HolderRecord | null {
  try {
    const value = JSON.parse(text ?? '') as Partial<HolderRecord> | null
    return typeof value?.pid === 'number' && typeof value.start === 'number' ? (value as HolderRecord) : null
  } catch {
    return null
  }
}
