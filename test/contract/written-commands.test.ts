import {readFile, readdir} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {Config} from '@oclif/core'
import {beforeAll, describe, expect, it} from 'vitest'
import {
  type WrittenCommand,
  commandsIn,
  commandsInMarkdown,
  parseCommandLine,
  shellWords,
} from '../support/written-commands.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

let config: Config
let pages: readonly {readonly name: string; readonly text: string}[]

beforeAll(async () => {
  config = await Config.load(root)
  const names = [
    'README.md',
    ...(await readdir(`${root}/docs`))
      .filter((name) => name.endsWith('.md') && name !== 'commands.md')
      .map((name) => `docs/${name}`),
  ]
  pages = await Promise.all(
    names.map(async (name) => ({name, text: await readFile(`${root}/${name}`, 'utf8')})),
  )
})

/** Complaints of the parser about what is written. */
async function complaints(commands: readonly WrittenCommand[]): Promise<readonly string[]> {
  const all = await Promise.all(
    commands.map(async ({where, words}) =>
      parseCommandLine(words, config).then(
        () => [],
        (error: unknown) => [`${where}: netdrill ${words.join(' ')}: ${String(error)}`],
      ),
    ),
  )
  return all.flat()
}

describe('command lines that people read', () => {
  it('are understood where documents show them', async () => {
    const commands = pages.flatMap(({name, text}) => commandsInMarkdown(name, text))
    expect(commands.length).toBeGreaterThan(20)
    expect(await complaints(commands)).toEqual([])
  })

  it('are understood where help shows them, and every command shows one', async () => {
    const examples = config.commands
      .filter((command) => command.hidden !== true)
      .map((command) => ({
        id: command.id,
        commands: (command.examples ?? []).flatMap((example) =>
          commandsIn(
            `--help of ${command.id}`,
            (typeof example === 'string' ? example : example.command)
              .replaceAll('<%= config.bin %>', 'netdrill')
              .replaceAll('<%= command.id %>', command.id.replaceAll(':', ' '))
              .replaceAll(/^.*\| netdrill/gm, 'netdrill'),
          ),
        ),
      }))
    expect(examples.filter(({commands}) => commands.length === 0).map(({id}) => id)).toEqual([])
    expect(await complaints(examples.flatMap(({commands}) => commands))).toEqual([])
  })

  it.each([
    {line: "probe tcp h:1 -e 'rtt.p95 < 50ms' # why", words: ['probe', 'tcp', 'h:1', '-e', 'rtt.p95 < 50ms']},
    {line: 'check - --json | jq .', words: ['check', '-', '--json']},
    {line: String.raw`drill run a\ b "c \" d" > out`, words: ['drill', 'run', 'a b', String.raw`c \" d`]},
  ])('are split as a shell would: $line', ({line, words}) => {
    expect(shellWords(line)).toEqual(words)
  })

  it('are refused when a flag or a command in them does not exist', async () => {
    const wrong = [
      {where: 'here', words: ['probe', 'tcp', 'h:1', '--no-such-flag']},
      {where: 'here', words: ['no', 'command']},
    ]
    expect(await complaints(wrong)).toHaveLength(2)
  })
})
