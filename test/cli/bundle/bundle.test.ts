/** A bundle as a colleague gets it: unpacked by tar. */
import {execFileSync} from 'node:child_process'
import {chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {requireBundle, runProgram} from '../../support/program.ts'

const SECRET = 'swordfish-27'
const ADDRESS = '198.51.100.77'
const JOURNAL = [
  {schema: 'netdrill/journal/1'},
  {
    at: 0,
    type: 'run-started',
    run: {
      id: 'outage',
      command: 'monitor',
      purpose: 'monitor',
      title: 'watch',
      version: '0.1.0',
      seed: 1,
      started: '2026-01-01T00:00:00.000Z',
      platform: 'linux',
      backends: [],
    },
  },
  {
    at: 1,
    type: 'target-added',
    target: {
      name: 'api',
      url: `tcp://ann:${SECRET}@${ADDRESS}:443`,
      kind: 'tcp',
      role: 'target',
      interval: 1000,
      timeout: 500,
      policy: null,
    },
  },
  {at: 2, type: 'notice', level: 'info', code: null, text: 'mark 1'},
  {at: 3, type: 'notice', level: 'warning', code: null, text: `no route to ${ADDRESS}`},
]

let folder: string
let home: string

beforeAll(async () => {
  requireBundle()
  folder = await mkdtemp(join(tmpdir(), 'bundle-'))
  home = join(folder, 'home')
  await mkdir(home)
  await chmod(folder, 0o755)
  const [, ...events] = JOURNAL
  await writeFile(join(folder, 'outage.jsonl'), events.map((line) => `${JSON.stringify(line)}\n`).join(''))
  await writeFile(
    join(folder, 'netdrill.yaml'),
    `version: 1\ntargets:\n  api: {url: "https://${ADDRESS}/?key=\${API_KEY}"}\n  db:\n    password: hunter2-x\n`,
  )
})

afterAll(async () => rm(folder, {recursive: true, force: true}))

const env = (): Record<string, string> => ({HOME: home, XDG_STATE_HOME: home, API_KEY: SECRET})

async function unpack(archive: string): Promise<Map<string, string>> {
  const place = await mkdtemp(join(folder, 'unpacked-'))
  execFileSync('tar', ['-xzf', archive, '-C', place, '--strip-components=1'])
  const names = await readdir(place, {recursive: true})
  const texts = new Map<string, string>()
  for (const name of names) {
    if ((await stat(join(place, name))).isFile()) texts.set(name, await readFile(join(place, name), 'utf8'))
  }
  return texts
}

describe('bundle', () => {
  it('holds all kinds of evidence, and neither secrets nor addresses', async () => {
    const words = ['bundle', 'netdrill.yaml', 'outage.jsonl', '-o', 'x.tar.gz']
    const {code, stdout} = await runProgram(words, {cwd: folder, env: env()})
    expect(stdout).toContain('x.tar.gz')
    expect(code).toBe(0)
    expect((await stat(join(folder, 'x.tar.gz'))).mode & 0o777).toBe(0o600)
    const files = await unpack(join(folder, 'x.tar.gz'))
    expect([...files.keys()]).toEqual(
      expect.arrayContaining([
        'INDEX.md',
        'interfaces/links.json',
        'mptcp/counters.txt',
        'connections/sockets.txt',
        'connections/runs/outage.jsonl',
        'errors/runs/outage.txt',
        'actions/runs/outage.txt',
        'system/about.json',
        'documents/netdrill.yaml',
      ]),
    )
    expect(files.get('actions/runs/outage.txt')).toMatch(/netdrill monitor: watch.*\n.*mark 1/)
    expect(files.get('errors/runs/outage.txt')).toMatch(/no route to public4-\d+\.\d+/)
    expect(files.get('documents/netdrill.yaml')).toContain('${API_KEY}')
    const everything = [...files].flat().join('\n')
    for (const gone of [SECRET, ADDRESS, 'hunter2-x']) expect(everything).not.toContain(gone)
    const [name] = /public4-\d+\.\d+/.exec(files.get('errors/runs/outage.txt') ?? '') ?? []
    expect(files.get('connections/runs/outage.jsonl')).toContain(name)
    expect(JSON.parse(files.get('interfaces/links.json') ?? '')).toBeInstanceOf(Array)
  })

  it('leaves addresses where that is asked, but no secrets', async () => {
    const words = ['bundle', 'netdrill.yaml', '--keep-addresses', '-o', 'y.tar.gz']
    const {code} = await runProgram(words, {cwd: folder, env: env()})
    expect(code).toBe(0)
    const text = (await unpack(join(folder, 'y.tar.gz'))).get('documents/netdrill.yaml')
    expect(text).toContain(ADDRESS)
    expect(text).not.toContain('hunter2-x')
  })

  it('says why a piece is missing, without rights and without programs', async () => {
    const options = {cwd: folder, env: {...env(), PATH: '/nowhere'}, uid: 65_534}
    const {code, stdout} = await runProgram(['bundle', '--list', '--json'], options)
    expect(code).toBe(0)
    const {file, entries} = JSON.parse(stdout) as {file: null; entries: {name: string; because?: string}[]}
    expect(file).toBeNull()
    const because = (name: string): string | undefined => entries.find((one) => one.name === name)?.because
    expect(because('interfaces/firewall.txt')).toMatch(/nft/)
    expect(because('connections/runs')).toMatch(/no run has left a journal/)
    expect(entries.every((entry) => entry.because === undefined || entry.because.length > 10)).toBe(true)
  })

  it.each([
    ['an archive that is there', ['bundle', '-o', 'netdrill.yaml'], /is there already/],
    ['a folder that is not', ['bundle', '-o', 'no/such/x.tar.gz'], /can not be written/],
    ['a run that is not', ['bundle', 'no-such-run'], /no-such-run/],
  ])('refuses %s', async (_, words, text) => {
    const {code, stdout, stderr} = await runProgram(words, {cwd: folder, env: env()})
    expect(stderr).toMatch(text)
    expect(stderr).not.toMatch(/ at .*\.js/)
    expect({code, stdout}).toEqual({code: 2, stdout: ''})
  })
})
