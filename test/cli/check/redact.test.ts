/** What is shown and written with --redact holds no address but those of every machine. */
import {spawnSync} from 'node:child_process'
import {mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {BIN, requireBundle} from '../../support/program.ts'

const DOCUMENT = `version: 1
defaults: {timeout: 500ms, interval: 500ms}
targets:
  one: tcp://198.51.100.7:443
  same: {url: "tcp://198.51.100.7:80"}
  other: {url: "tcp://[2001:db8::7]:443"}
`

/** A namespace of its own has no way to anywhere: nothing leaves it, and every failure names an address. */
function runApart(words: readonly string[], cwd: string): {code: number | null; text: string} {
  const {status, stdout, stderr} = spawnSync('unshare', ['-rn', process.execPath, BIN, ...words], {
    cwd,
    encoding: 'utf8',
    env: {...process.env, NO_COLOR: '1'},
    timeout: 30_000,
  })
  return {code: status, text: stdout + stderr}
}

const lacksNamespaces = spawnSync('unshare', ['-rn', 'true']).status !== 0

describe('--redact', () => {
  beforeEach((context) => {
    if (lacksNamespaces) context.skip('needs namespaces that users may make')
  })
  let folder: string
  beforeAll(async () => {
    requireBundle()
    folder = await mkdtemp(join(tmpdir(), 'redact-'))
    await writeFile(join(folder, 'netdrill.yaml'), DOCUMENT)
  })
  afterAll(async () => rm(folder, {recursive: true, force: true}))

  it('takes them out of results and reports of a check, where the same is still the same', async () => {
    const {code, text} = runApart(['check', '--redact', '--json', '--junit', 'out.xml'], folder)
    expect(code).toBe(1)
    const everything = text + (await readFile(join(folder, 'out.xml'), 'utf8'))
    expect(everything).not.toMatch(/198\.51\.100|2001:db8/)
    expect(text).toContain('public4-1.1:443')
    expect(text).toContain('public4-1.1:80')
    expect(text).toMatch(/public6-\d+\.1/)
  })

  it('takes them out of lines and journal of a watch', async () => {
    const {code, text} = runApart(
      ['monitor', '--redact', '--plain', '--for', '1500ms', '--journal', 'j'],
      folder,
    )
    expect(code).toBe(1)
    const [journal = ''] = await readdir(join(folder, 'j'))
    const everything = text + (await readFile(join(folder, 'j', journal), 'utf8'))
    expect(everything).not.toMatch(/198\.51\.100|2001:db8/)
    expect(everything).toContain('public4-1.1')
  })

  it('is asked for', () => {
    expect(runApart(['check', '--json'], folder).text).toContain('198.51.100.7')
  })
})
