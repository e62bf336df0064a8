import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {type Server, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {startProgram} from '../../support/program.ts'

let folder = ''
let server: Server
let target = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netdrill-record-'))
  server = createServer((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  target = `127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`
})
afterAll(async () => {
  server.close()
  await rm(folder, {recursive: true, force: true})
})

const run = async (...words: readonly string[]) => startProgram(words, {cwd: folder}).result

describe('netdrill probe --record', () => {
  it('writes a profile that a fault takes, and that can be shown', async () => {
    const recorded = await run(
      'probe',
      'tcp',
      target,
      '-c',
      '120',
      '-i',
      '10ms',
      '--record',
      'seen.yaml',
      '--json',
    )
    expect(recorded.code, recorded.stderr).toBe(0)
    expect(recorded.stderr).toContain('recorded 120 answers in seen.yaml: round trip ')
    expect(JSON.parse(recorded.stdout)).toMatchObject({received: 120})
    expect(await readFile(join(folder, 'seen.yaml'), 'utf8')).toContain('A round trip is a TCP handshake.')

    const shown = await run('fault', 'profiles', './seen.yaml', '--json')
    const [profile] = (JSON.parse(shown.stdout) as {profiles: {rtt: number; loss: number}[]}).profiles
    expect(profile?.rtt).toBeGreaterThan(0)
    expect(profile?.loss).toBe(0)

    const again = await run('probe', 'tcp', target, '-c', '120', '-i', '10ms', '--record', 'seen.yaml', '-q')
    expect(again.code, again.stderr).toBe(0)
  })

  it('refuses before anything is sent what can not become one', async () => {
    await writeFile(join(folder, 'mine.yaml'), 'version: 1\n')
    const [few, foreign] = await Promise.all([
      run('probe', 'tcp', target, '-c', '99', '--record', 'few.yaml'),
      run('probe', 'tcp', target, '-c', '0', '--record', 'mine.yaml'),
    ])
    expect(few).toMatchObject({code: 2, stdout: ''})
    expect(few.stderr).toContain('--count 1000 --interval 20ms')
    expect(foreign).toMatchObject({code: 2, stdout: ''})
    expect(await readFile(join(folder, 'mine.yaml'), 'utf8')).toBe('version: 1\n')
  })

  it('writes none of a target that refuses, and says why', async () => {
    const result = await run(
      'probe',
      'tcp',
      '127.0.0.1:1',
      '-c',
      '100',
      '-i',
      '10ms',
      '--record',
      'none.yaml',
      '-q',
    )
    expect(result.code).toBe(3)
    expect(result.stderr).toContain('PROFILE_SAMPLES')
    expect(result.stderr).toContain('100 of 100 samples')
    await expect(readFile(join(folder, 'none.yaml'))).rejects.toThrow()
  })
})
