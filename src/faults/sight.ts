/** What a kind looks at before it plans: things that have names of their own, settings, processes. */
import type {Place} from '../core/place.ts'
import type {Files, Host} from '../core/ports.ts'
import type {Bytes} from '../core/units.ts'
import type {ProcessIdentity} from './identity.ts'
import type {ControlGroup} from './find-control-group.ts'
import type {Neighbour} from './neighbours.ts'
import type {Limit} from './process-limits.ts'
import type {Scope} from './scope.ts'
import type {ExecAction, Tools} from './tools.ts'

export interface SightWorld {
  readonly tools: Tools
  readonly files: Pick<Files, 'readText' | 'list'>
  readonly host: Host
  readonly place: Place
  readonly scope: Scope
}

export type Sight =
  /** Sockets or flows in the scope, by the kernel's own names for them. */
  | {readonly type: 'names'; readonly names: readonly string[]}
  | {readonly type: 'setting'; readonly value: string}
  /** Where a library is that programs can be made to load. */
  | {readonly type: 'library'; readonly path: string}
  | {readonly type: 'process'; readonly process: ProcessFacts}
  /** A process with its limit of open files, and the numbers of those that are open. */
  | {
      readonly type: 'files'
      readonly process: ProcessFacts
      readonly limit: Limit
      readonly open: readonly number[]
    }
  /** A process with its limit of address space, and how much of it is used. */
  | {
      readonly type: 'memory'
      readonly process: ProcessFacts
      readonly limit: Limit
      readonly used: Bytes
    }
  | ({readonly type: 'group'} & ControlGroup)
  | {readonly type: 'neighbours'; readonly neighbours: readonly Neighbour[]}

export interface ProcessFacts {
  readonly who: ProcessIdentity
  /** Its command line. */
  readonly words: readonly string[]
  readonly stopped: boolean
  /** How it could be started again; null when that can't be read. */
  readonly launch: {
    readonly folder: string
    readonly env: Readonly<Record<string, string>>
    readonly uid: number
    readonly gid: number
    /** It lives in a namespace that is not ours, as in a lab or a container: started from here it would be outside. */
    readonly apart: boolean
  } | null
}

/** A program that lists things, and where their names are in what it says. */
export interface NameList {
  readonly actions: readonly ExecAction[]
  /** With one group: the name. */
  readonly pattern: string
}

/** Null when a program failed or isn't there. */
export async function readNames(
  tools: Tools,
  place: Place,
  list: NameList,
): Promise<readonly string[] | null> {
  const found: string[] = []
  for (const action of list.actions) {
    const {exitCode, stdout} = await tools.run(place, action)
    if (exitCode !== 0) return null
    found.push(...[...stdout.matchAll(new RegExp(list.pattern, 'g'))].flatMap(([, name]) => name ?? []))
  }
  return [...new Set(found)]
}
