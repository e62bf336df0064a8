import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {type NamespacePair, makeNamespacePair, namespacesMissing} from '../support/namespaces.ts'
import {BIN, requireBundle} from '../support/program.ts'

const missing = namespacesMissing()
const SERVER = `
for (const port of [7001, 7002])
  require('node:net').createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(port)
console.log('up')
`

describe.skipIf(missing !== null)(`a bundled drill on a system of the user (${missing ?? 'here'})`, () => {
  let pair: NamespacePair
  let server: ChildProcess
  let home = ''
  beforeAll(async () => {
    requireBundle()
    home = await mkdtemp(join(tmpdir(), 'own-'))
    pair = makeNamespacePair()
    server = spawn('ip', ['netns', 'exec', pair.far, process.execPath, '-e', SERVER])
    await new Promise((resolve) => server.stdout?.once('data', resolve))
  })
  afterAll(async () => {
    server.kill()
    pair.remove()
    await rm(home, {recursive: true, force: true})
  })

  it('breaks the way to it from here, proves that, and passes when it comes back', async () => {
    const set = ['--set', 'target=tcp://10.99.0.2:7001', '--set', 'control=10.99.0.2:7002']
    const args = [pair.near, process.execPath, BIN, 'drill', 'run', 'partition', ...set, '--json']
    const env = {...process.env, XDG_STATE_HOME: home, XDG_RUNTIME_DIR: home, HOME: home}
    const run = spawn('ip', ['netns', 'exec', ...args], {env})
    let stdout = ''
    run.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
    const code = await new Promise((resolve) => run.once('close', resolve))
    const result = JSON.parse(stdout) as {readonly verdict: string; readonly run: {readonly command: string}}
    expect({code, verdict: result.verdict}).toEqual({code: 0, verdict: 'pass'})
    expect(result.run.command).toBe(`drill run partition ${set.join(' ')}`)
  }, 60_000)
})
