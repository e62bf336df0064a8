import {spawn} from 'node:child_process'
import {chmodSync, existsSync, mkdtempSync, rmSync, statSync} from 'node:fs'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {privateSockets} from '../../../src/system/private-socket.ts'

let folder = ''
let path = ''
let server: {readonly close: () => Promise<void>}
const heard: string[] = []
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netdrill-socket-'))
  path = join(folder, 'links/1.sock')
  server = await privateSockets.serve(path, async (line) => {
    heard.push(line)
    if (line === 'fail') throw new Error('no')
    return `${line}!`
  })
})
afterAll(async () => {
  rmSync(folder, {recursive: true, force: true})
})

/** What a stranger's bytes get; the connection is closed by the server. */
async function send(text: string): Promise<string> {
  return new Promise((resolve) => {
    let got = ''
    const socket = connect({path})
    socket.on('data', (data: Buffer) => (got += data.toString()))
    socket.once('error', () => resolve(got))
    socket.once('close', () => resolve(got))
    socket.write(text)
  })
}

it('answers a line with a line, for its own user only', async () => {
  expect(await privateSockets.ask(path, 'hello')).toBe('hello!')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'links')).mode & 0o777).toBe(0o700)
  await expect(privateSockets.ask(path, 'fail')).rejects.toThrow('no answer')
  await expect(privateSockets.ask(join(folder, 'links/2.sock'), 'hello')).rejects.toThrow('ENOENT')
})

it('hears one line per connection, and none that is too long', async () => {
  heard.length = 0
  expect(await send('one\ntwo\n')).toBe('one!\n')
  expect(await send(`${'x'.repeat(300_000)}\n`)).toBe('')
  expect(heard).toEqual(['one'])
})

it('hears nobody else, even when the file lets them in', async (ctx) => {
  if (process.getuid?.() !== 0) ctx.skip('needs root to be somebody else')
  for (const open of [folder, join(folder, 'links'), path]) chmodSync(open, 0o777)
  heard.length = 0
  const script = `let status = 2
    const socket = require('net').connect(${JSON.stringify(path)}, () => (status = 0, socket.write('stranger\\n')))
    socket.on('data', () => (status = 1)).on('error', () => {}).on('close', () => process.exit(status))`
  const child = spawn('setpriv', ['--reuid=65534', '--clear-groups', process.execPath, '-e', script])
  const status = await new Promise((resolve) => child.once('close', resolve))
  expect(status).toBe(0)
  expect(heard).toEqual([])
})

it('needs a folder that nobody else can write to, and a path that fits; closed, it is gone', async () => {
  chmodSync(join(folder, 'links'), 0o777)
  const answer = async (): Promise<string> => ''
  await expect(privateSockets.serve(join(folder, 'links/3.sock'), answer)).rejects.toThrow('is not private')
  await server.close()
  expect(existsSync(path)).toBe(false)
  await expect(privateSockets.serve(join(folder, 'x'.repeat(100)), answer)).rejects.toThrow('longer than 107')
})
