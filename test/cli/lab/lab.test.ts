import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest'
import {openPorts} from '../../../src/app/ports.ts'
import type {LabView} from '../../../src/reporters/lab-view.ts'
import {inhabited, namespaceOf} from '../../support/living-namespaces.ts'
import {requireBundle, runProgram} from '../../support/program.ts'

const DOCUMENT = `version: 1
lab:
  nodes: {client: {}, router: {router: true}, server: {}}
  links:
    - {between: [client, router], subnet: 10.70.0.0/24}
    - {name: far, between: [router, server], subnet: 10.71.0.0/24}
  servers:
    echo: {node: server, kind: tcp-echo, port: 7001}
`

let folder = ''
let lack: string | null = null
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netdrill-lab-'))
  writeFileSync(join(folder, 'office.yaml'), DOCUMENT)
  writeFileSync(join(folder, 'empty.yaml'), 'version: 1\ntargets: {api: tcp://127.0.0.1:1}\n')
  const report = await openPorts(1).capabilities.check('network-namespaces')
  if (report.status !== 'present') lack = `no network namespaces: ${report.found}`
})
beforeEach(requireBundle)
afterEach(async () => {
  await lab('down', '--all')
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

async function lab(...words: string[]): ReturnType<typeof runProgram> {
  return runProgram(['lab', ...words], {env: {XDG_STATE_HOME: join(folder, 'state')}, cwd: folder})
}

async function up(...words: string[]): Promise<LabView> {
  const {stdout, stderr} = await lab('up', 'office.yaml', ...words, '--json')
  expect(stderr).toBe('')
  const {schema, labs} = JSON.parse(stdout) as {schema: string; labs: LabView[]}
  expect(schema).toBe('netdrill/lab/1')
  const [view] = labs
  if (!view) throw new Error(stdout)
  return view
}

describe('a lab that is kept', () => {
  it('outlives the command that built it, can be entered, and goes with lab down', async (ctx) => {
    if (lack !== null) ctx.skip(lack)
    const view = await up('--for', '10m')
    const namespaces = view.nodes.map(({pid}) => namespaceOf(pid ?? -1))
    expect(inhabited(namespaces)).toHaveLength(3)
    expect(view).toMatchObject({name: 'office', servers: [{name: 'echo', address: '10.71.0.2', port: 7001}]})
    expect((await lab('list')).stdout).toMatch(/^office +client, router, server +echo +\d{4}-/m)

    const entered = await lab('exec', 'client', '--', 'ip', 'route', 'get', '{server.far}')
    expect(entered.stdout).toContain('10.71.0.2 via 10.70.0.2')
    const probe = [
      process.execPath,
      join(process.cwd(), 'bin/run.js'),
      'probe',
      'tcp',
      'tcp://{echo}',
      '--json',
    ]
    const probed = await lab('exec', 'office/client', '--', ...probe)
    expect(JSON.parse(probed.stdout)).toMatchObject({target: 'tcp 10.71.0.2:7001', ok: true})
    expect((await lab('exec', 'client', '--', 'sh', '-c', 'exit 7')).code).toBe(7)
    expect((await lab('exec', 'client', '--', 'no-such-program')).code).not.toBe(0)

    expect(await lab('down')).toMatchObject({code: 0, stdout: 'lab office is down\n'})
    expect(inhabited(namespaces)).toEqual([])
    expect((await lab('list')).stdout).toContain('no lab is up')
  })

  it('leaves nothing when its keeper is killed, and its name is free again', async (ctx) => {
    if (lack !== null) ctx.skip(lack)
    const view = await up()
    const namespaces = view.nodes.map(({pid}) => namespaceOf(pid ?? -1))
    process.kill(view.pid, 'SIGKILL')
    await vi.waitFor(() => expect(inhabited(namespaces)).toEqual([]), {timeout: 5000})
    expect((await lab('list', '--json')).stdout).toBe('{"schema":"netdrill/lab/1","labs":[]}\n')
    expect(readdirSync(join(folder, 'state/netdrill/labs'))).toEqual([])
  })

  it('keeps its name to itself, and helps with a name mistyped', async (ctx) => {
    if (lack !== null) ctx.skip(lack)
    await up()
    const again = await lab('up', 'office.yaml')
    expect(again).toMatchObject({code: 2, stdout: ''})
    expect(again.stderr).toContain('a lab called "office" is up\n  → netdrill lab down office ends it')
    expect((await lab('exec', 'cleint', '--', 'true')).stderr).toContain('did you mean "client"?')
    expect((await lab('exec', 'offise/client', '--', 'true')).stderr).toContain('did you mean "office"?')
    const second = await up('--name', 'second')
    expect(second.name).toBe('second')
    expect((await lab('exec', 'client', '--', 'true')).stderr).toContain('several labs are up: say which one')
  })
})

describe('a lab that can not be kept', () => {
  it.each([
    [['up', 'empty.yaml'], 2, 'CONFIG_EMPTY: empty.yaml has no lab section'],
    [['up', 'office.yaml', '--for', '10'], 2, '--for'],
    [['up', 'office.yaml', '--name', '../x'], 2, '--name'],
    [['down'], 2, 'no lab is up'],
    [['exec', 'client', '--', 'true'], 2, 'netdrill lab up FILE builds one'],
  ])('says why: lab %j', async (words, code, message) => {
    const result = await lab(...words)
    expect(result).toMatchObject({code, stdout: ''})
    expect(result.stderr).toContain(message)
  })
})
