/** What can be completed, from the commands themselves and the lists that their arguments come from. */
import type {
  CompletionCommand,
  CompletionFlag,
  CompletionSpec,
  CompletionValue,
} from '../reporters/completion/spec.ts'
import {LINK_PROFILE_NAMES} from '../config/link-profiles/registry.ts'
import {FAULT_KINDS} from '../faults/registry.ts'
import {PRESETS} from '../policies/presets/index.ts'
import {BUNDLED_DRILLS} from '../scenarios/bundled/registry.ts'
import {allExplanations} from './explain.ts'
import {SCHEMA_NAMES} from './schema-names.ts'

export const SHELLS = {
  bash: async (spec: CompletionSpec) =>
    (await import('../reporters/completion/bash.ts')).renderBashCompletion(spec),
  zsh: async (spec: CompletionSpec) =>
    (await import('../reporters/completion/zsh.ts')).renderZshCompletion(spec),
  fish: async (spec: CompletionSpec) =>
    (await import('../reporters/completion/fish.ts')).renderFishCompletion(spec),
} satisfies Readonly<Record<string, (spec: CompletionSpec) => Promise<string>>>

export type Shell = keyof typeof SHELLS

/** Of a command or flag, as its manifest has it. */
export interface KnownFlag {
  readonly name: string
  readonly type: 'boolean' | 'option'
  readonly char?: string | undefined
  readonly summary?: string | undefined
  readonly helpValue?: string | readonly string[] | undefined
  readonly options?: readonly string[] | undefined
  readonly allowNo?: boolean | undefined
  readonly hidden?: boolean | undefined
}

export interface KnownCommand {
  /** With colons: `drill:run`. */
  readonly id: string
  readonly summary?: string | undefined
  readonly hidden?: boolean | undefined
  readonly flags: Readonly<Record<string, KnownFlag>>
  readonly args: Readonly<Record<string, {readonly name: string}>>
}

export interface KnownProgram {
  readonly bin: string
  readonly commands: readonly KnownCommand[]
  readonly topics: readonly {readonly name: string; readonly description?: string | undefined}[]
}

/** The script of that shell. */
export async function completionScript(shell: Shell, program: KnownProgram): Promise<string> {
  return SHELLS[shell](completionSpec(program))
}

function completionSpec({bin, commands, topics}: KnownProgram): CompletionSpec {
  const lists = argumentLists()
  const shown = commands.filter(({hidden}) => hidden !== true)
  const used = new Set(shown.flatMap(({id}) => (id.includes(':') ? [id.split(':')[0]] : [])))
  return {
    bin,
    topics: topics
      .filter(({name}) => used.has(name))
      .map(({name, description = ''}) => ({name, summary: description})),
    commands: shown.map((command) => readCommand(command, lists)).toSorted(byWords),
  }
}

function byWords({words: a}: CompletionCommand, {words: b}: CompletionCommand): number {
  return a.join(' ') < b.join(' ') ? -1 : 1
}

type Lists = Readonly<Record<string, CompletionValue>>

/** By the name of an argument. What is not here can't be known, such as a target. */
function argumentLists(): Lists {
  const words = (list: readonly string[], files = false): CompletionValue => ({
    kind: 'words',
    words: list,
    files,
  })
  const files: CompletionValue = {kind: 'files'}
  return {
    drill: words(Object.keys(BUNDLED_DRILLS), true),
    policy: words(
      PRESETS.map(({name}) => name),
      true,
    ),
    code: words(allExplanations().map(({code}) => code)),
    kind: words(FAULT_KINDS),
    name: words(SCHEMA_NAMES),
    shell: words(Object.keys(SHELLS)),
    profile: words(LINK_PROFILE_NAMES, true),
    file: files,
    journal: files,
    before: files,
    after: files,
  }
}

function readCommand({id, summary = '', flags, args}: KnownCommand, lists: Lists): CompletionCommand {
  const [first] = Object.values(args)
  return {
    words: id.split(':'),
    summary,
    argument: (first && lists[first.name]) ?? {kind: 'none'},
    flags: [
      ...Object.values(flags)
        .filter(({hidden}) => hidden !== true)
        .flatMap((flag) => readFlag(flag, lists)),
      {name: 'help', short: null, summary: 'how it is used', value: null},
    ],
  }
}

function readFlag(flag: KnownFlag, lists: Lists): readonly CompletionFlag[] {
  const {name, char = null, summary = '', type, allowNo} = flag
  const own = {name, short: char, summary, value: type === 'boolean' ? null : valueOf(flag, lists)}
  return allowNo ? [own, {name: `no-${name}`, short: null, summary: `not: ${summary}`, value: null}] : [own]
}

function valueOf({name, options, helpValue = ''}: KnownFlag, lists: Lists): CompletionValue {
  if (options !== undefined) return {kind: 'words', words: options, files: false}
  if (name === 'policy' || name === 'profile') return lists[name] ?? {kind: 'none'}
  const [hint = ''] = [helpValue].flat()
  if (hint.startsWith('FILE')) return {kind: 'files'}
  return hint === 'FOLDER' ? {kind: 'folders'} : {kind: 'none'}
}
