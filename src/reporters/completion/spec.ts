/** What a shell can complete: commands with their flags, and what each takes. */

export type CompletionValue =
  /** Such as an address: nothing that could be known. */
  | {readonly kind: 'none'}
  | {readonly kind: 'files'}
  | {readonly kind: 'folders'}
  /** One of these words, without blanks and quotes; with `files` also the name of a file. */
  | {readonly kind: 'words'; readonly words: readonly string[]; readonly files: boolean}

export interface CompletionFlag {
  /** Without dashes. */
  readonly name: string
  readonly short: string | null
  readonly summary: string
  /** Null for one that is given alone. */
  readonly value: CompletionValue | null
}

export interface CompletionCommand {
  /** As typed: `drill`, `run`. */
  readonly words: readonly string[]
  readonly summary: string
  readonly argument: CompletionValue
  readonly flags: readonly CompletionFlag[]
}

export interface CompletionTopic {
  readonly name: string
  readonly summary: string
}

export interface CompletionSpec {
  /** The name of the program. */
  readonly bin: string
  readonly topics: readonly CompletionTopic[]
  readonly commands: readonly CompletionCommand[]
}

/** What may follow `path` as the next word of the command: nothing after a whole command. */
export function nextWords({topics, commands}: CompletionSpec, path: string): readonly CompletionTopic[] {
  if (path === '') {
    const single = commands.filter(({words}) => words.length === 1)
    const all = [...topics, ...single.map(({words, summary}) => ({name: words.join(' '), summary}))]
    return all.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }
  return commands.flatMap(({words: [topic, verb], summary}) =>
    topic === path && verb !== undefined ? [{name: verb, summary}] : [],
  )
}

/** Text that a POSIX shell, bash, zsh and fish alike take as it is. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '').replaceAll("'", '’')}'`
}

/** `--count` and `-c`. */
export function spellings({name, short}: CompletionFlag): readonly string[] {
  return short === null ? [`--${name}`] : [`--${name}`, `-${short}`]
}
