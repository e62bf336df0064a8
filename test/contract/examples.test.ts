/** What people copy from examples/ is understood: by YAML, by the shell, and by netdrill. */
import {execFileSync} from 'node:child_process'
import {readFileSync, readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {Config} from '@oclif/core'
import {beforeAll, describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import * as z from 'zod'
import {loadCheck} from '../../src/scenarios/check/load-check.ts'
import {parseCommandLine, shellWords} from '../support/written-commands.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (name: string): string => readFileSync(`${root}/examples/${name}`, 'utf8')

let config: Config
beforeAll(async () => {
  config = await Config.load(root)
})

/** The scripts in an example, line by line. */
const SCRIPTS: Readonly<Record<string, (text: string) => readonly string[]>> = {
  'github-actions.yml': (text) => {
    const job = z.object({'runs-on': z.string(), steps: z.array(z.looseObject({run: z.string().optional()}))})
    const workflow = z.object({on: z.looseObject({}), jobs: z.record(z.string(), job)})
    const {jobs} = workflow.parse(parse(text))
    return Object.values(jobs).flatMap(({steps}) => steps.flatMap(({run}) => run ?? []))
  },
  'gitlab-ci.yml': (text) => {
    const job = z.object({
      script: z.array(z.string()),
      artifacts: z.object({when: z.literal('always'), reports: z.object({junit: z.string()})}),
    })
    return Object.values(z.record(z.string(), job).parse(parse(text))).flatMap(({script}) => script)
  },
  crontab: (text) =>
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [, command = ''] = /^(?:[\d*,/-]+ ){5}(.+)$/.exec(line) ?? []
        // For cron a bare percent sign ends the command.
        return command.includes('%') ? '' : command
      }),
}

describe.each(Object.entries(SCRIPTS))('examples/%s', (name, scriptsOf) => {
  it('has scripts that a shell understands', () => {
    const scripts = scriptsOf(read(name))
    expect(scripts).not.toContain('')
    for (const script of scripts) expect(() => execFileSync('sh', ['-n', '-c', script])).not.toThrow()
  })

  it('has a command line of netdrill that is understood', async () => {
    const lines = scriptsOf(read(name)).flatMap((script) => /\bnetdrill ([a-z][^)]*)/.exec(script)?.[1] ?? [])
    const commands = await Promise.all(lines.map(async (line) => parseCommandLine(shellWords(line), config)))
    expect(commands).toEqual(['check'])
  })
})

describe('the examples', () => {
  it('are all looked at', () => {
    const known = [...Object.keys(SCRIPTS), 'netdrill.yaml']
    expect(readdirSync(`${root}/examples`).toSorted()).toEqual(known.toSorted())
  })

  it('have a document that a check takes', async () => {
    const sources = [{file: 'netdrill.yaml', text: read('netdrill.yaml')}]
    const {targets, warnings} = await loadCheck(sources, {env: () => undefined, only: [], tags: []})
    expect(targets.length).toBeGreaterThan(1)
    expect(warnings).toEqual([])
  })

  it('keep the report that their jobs hand on', () => {
    for (const name of ['github-actions.yml', 'gitlab-ci.yml']) {
      expect(read(name)).toMatch(/--junit junit\.xml/)
      expect(read(name)).toMatch(/(?:path|junit): junit\.xml/)
    }
  })
})
