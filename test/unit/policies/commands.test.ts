import {Config, settings} from '@oclif/core'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import PolicyList from '../../../src/commands/policy/list.ts'
import PolicyShow from '../../../src/commands/policy/show.ts'

let config: Config
let folder: string
const home = process.cwd()

beforeAll(async () => {
  settings.enableAutoTranspile = false
  folder = await mkdtemp(join(tmpdir(), 'netdrill-policies-'))
  const oclif = {bin: 'netdrill', topicSeparator: ' ' as const}
  const pjson = {name: 'netdrill', version: '0.0.0', oclif}
  config = await Config.load({root: folder, isRoot: true, ignoreManifest: true, pjson})
})
afterEach(() => {
  process.exitCode = undefined
})
afterAll(async () => rm(folder, {recursive: true, force: true}))

interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
}

/** Runs a command in this process and keeps what it writes. */
async function run(command: typeof PolicyList | typeof PolicyShow, ...argv: string[]): Promise<Ran> {
  const written = {stdout: '', stderr: ''}
  const real = {stdout: process.stdout.write, stderr: process.stderr.write}
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = ((text: string) => {
      written[name] += text
      return true
    }) as typeof process.stdout.write
  }
  try {
    await command.run(argv, config)
    return {...written, exit: 0}
  } catch (error) {
    const exit = (error as {oclif?: {exit?: number}}).oclif?.exit
    if (exit === undefined) throw error
    return {...written, exit}
  } finally {
    process.stdout.write = real.stdout
    process.stderr.write = real.stderr
  }
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const DOCUMENT = `version: 1
policies:
  patient: {extends: tunnel-client, retry: {jitter: none}}
  short: {max_attempts: 2, initial_delay_ms: 100}
targets:
  api: {anything: that is checked elsewhere}
`

describe('policy list', () => {
  it('prints one line per preset', async () => {
    const {stdout, exit} = await run(PolicyList)
    expect(exit).toBe(0)
    expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(14)
    expect(stdout).toMatch(/^tunnel-client {2,}three phases/m)
  })

  it('prints JSON with its schema', async () => {
    const {stdout} = await run(PolicyList, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'netdrill/policy/1',
      policies: expect.arrayContaining([expect.objectContaining({name: 'dht-peer'})]) as unknown,
    })
  })
})

describe('policy show', () => {
  it('prints exactly the ladder of the tunnel client', async () => {
    const {stdout, exit} = await run(PolicyShow, 'tunnel-client')
    expect(exit).toBe(0)
    const starts = [...stdout.matchAll(/^ +\d+ {2}(?:initial|immediate|gradual|persistent) +([\d.]+)s/gm)]
    expect(starts.map((match) => Number(match[1]))).toEqual([0, 5, 10, 15, 45, 105, 225, 465, 945, 1545])
    expect(stdout).toContain('then every 9m30s to 10m30s for ever (∞ attempts)')
  })

  it('prints the same earliest and latest start without jitter', async () => {
    const path = await file('doc.yaml', DOCUMENT)
    const {stdout} = await run(PolicyShow, `${path}#patient`, '--json')
    const {schedule} = JSON.parse(stdout) as {schedule: {rows: Record<string, number>[]; end: object}}
    expect(schedule.rows.map((row) => row['earliest'])).toEqual(schedule.rows.map((row) => row['latest']))
    expect(schedule.end).toMatchObject({type: 'endless', every: {low: 600_000, high: 600_000}})
  })

  it('reckons with slow failures', async () => {
    const {stdout} = await run(PolicyShow, 'tunnel-client', '--attempt-duration', '30s', '-n', '4', '--json')
    const {schedule} = JSON.parse(stdout) as {schedule: {rows: {start: number}[]}}
    expect(schedule.rows.map((row) => row.start)).toEqual([0, 35_000, 70_000, 105_000])
  })

  it('shows all policies of a document', async () => {
    const path = await file('doc.yaml', DOCUMENT)
    const {stdout} = await run(PolicyShow, path, '--json')
    expect(JSON.parse(stdout)).toMatchObject({policies: [{name: 'patient'}, {name: 'short'}]})
  })

  it('takes a file that is one policy, named after the file', async () => {
    const path = await file(
      'tunnel.yaml',
      'connection:\n  timeout: 10s\n  retry:\n    persistent:\n      enabled: false\n',
    )
    const {stdout} = await run(PolicyShow, path, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'tunnel',
      schedule: {end: {type: 'exhausted', attempts: 9}},
    })
  })

  it('finds a policy of ./netdrill.yaml by its name, and shows all of them when none is named', async () => {
    await file('netdrill.yaml', DOCUMENT)
    process.chdir(folder)
    try {
      expect((await run(PolicyShow, 'short')).stdout).toContain('policy short')
      const {stdout} = await run(PolicyShow)
      expect(stdout).toContain('policy patient')
      expect(stdout).toContain('policy short')
    } finally {
      process.chdir(home)
    }
  })

  it('tells the origin of every value with --verbose', async () => {
    const path = await file('doc.yaml', DOCUMENT)
    const {stdout} = await run(PolicyShow, `${path}#patient`, '--verbose')
    expect(stdout).toMatch(/jitter\.mode +none +policy patient \(.*doc\.yaml\)/)
    expect(stdout).toMatch(/retry\.gradual\.attempts +5 +preset tunnel-client\n/)
    expect(stdout).toMatch(/deadline +none +default\n/)
  })

  it.each([
    [['tunnel-clint'], 'POLICY_UNKNOWN', 'did you mean "tunnel-client"?'],
    [['nowhere.yaml'], 'CONFIG_FILE', 'there is no file nowhere.yaml'],
    [['default', '--attempt-duration', '30'], 'USAGE_INVALID', '30 has no unit: write 30ms or 30s'],
    [['default', '--attempts', '0'], 'USAGE_INVALID', ''],
  ] as const)('%j ends with exit 2 and one clear message', async (argv, code, text) => {
    const {stdout, stderr, exit} = await run(PolicyShow, ...argv)
    expect(exit).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(`error ${code}`)
    expect(stderr).toContain(text)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  it('shows the place of a mistake in the file', async () => {
    const path = await file('bad.yaml', 'version: 1\npolicies:\n  p: {timeout: 5}\n')
    const {stderr, exit} = await run(PolicyShow, path)
    expect(exit).toBe(2)
    expect(stderr).toContain('bad.yaml:3:16: error CONFIG_INVALID: 5 has no unit: write 5ms or 5s')
  })

  it('says so when a document has no policies', async () => {
    const path = await file('none.yaml', 'version: 1\n')
    expect((await run(PolicyShow, path)).stderr).toContain('CONFIG_EMPTY')
  })
})
