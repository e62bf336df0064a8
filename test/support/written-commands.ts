/** Command lines of netdrill as people read them: in Markdown, in help texts. */
import {type Config, Parser} from '@oclif/core'

/** A command line without the word `netdrill`, and where it is written. */
export interface WrittenCommand {
  readonly where: string
  readonly words: readonly string[]
}

/** Every line of a code block that starts with `netdrill` or `$ netdrill`, continuation lines joined. */
export function commandsInMarkdown(name: string, text: string): readonly WrittenCommand[] {
  const blocks = text.matchAll(/^```[a-z]*\n([\s\S]*?)^```|((?:^ {4}.*\n)+)/gm)
  return [...blocks].flatMap((match) => commandsIn(name, match[1] ?? match[2] ?? ''))
}

/** The same of any text that shows command lines. */
export function commandsIn(where: string, text: string): readonly WrittenCommand[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => {
      const match = /^\s*(?:\$ )?netdrill (.*)$/.exec(line)
      return match?.[1] ? [{where, words: shellWords(match[1])}] : []
    })
}

/** Splits as a shell would: quotes, backslashes, a comment, and nothing after a pipe or a redirection. */
export function shellWords(line: string): readonly string[] {
  const words: string[] = []
  for (const match of line.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+/g)) {
    const word = match[0]
    if (/^(?:#|\||>|2>|<|&&)/.test(word)) break
    words.push(
      word.replaceAll(
        /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g,
        (_, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? '',
      ),
    )
  }
  return words
}

/** Parses the words as the program would, without running anything. Rejects with the parser's complaint. */
export async function parseCommandLine(words: readonly string[], config: Config): Promise<string> {
  const ids = words.map((_, index) => words.slice(0, index + 1).join(':')).toReversed()
  const found = ids.map((id) => config.findCommand(id)).find((command) => command !== undefined)
  if (!found) throw new Error(`no command in "${words.join(' ')}"`)
  const rest = words.slice(found.id.split(':').length)
  const loaded = await found.load()
  if (!rest.includes('--help')) {
    await Parser.parse([...rest], {
      flags: {...loaded.baseFlags, ...loaded.flags},
      args: loaded.args,
      strict: loaded.strict,
    })
  }
  return found.id
}
