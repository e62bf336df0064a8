import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {type ProgramResult, requireBundle, runProgram, startProgram} from '../../support/program.ts'

let state: string

beforeEach(() => {
  requireBundle()
  state = mkdtempSync(join(tmpdir(), 'netdrill-fault-'))
})
afterEach(() => rmSync(state, {recursive: true, force: true}))

const fault = async (...words: string[]): Promise<ProgramResult> =>
  runProgram(['fault', ...words], {env: {XDG_STATE_HOME: state, SSH_CONNECTION: undefined}})

describe('mistakes end with exit 2 and one clear message', () => {
  it.each<[string[], RegExp]>([
    [['plan'], /say which fault/],
    [['plan', 'netm'], /did you mean "netem"/],
    [
      ['plan', 'netem', '--delay', '100', '--to', '192.0.2.1'],
      /--delay: 100 has no unit: write 100ms or 100s/,
    ],
    [['plan', 'netem', '--loss', '5', '--to', '192.0.2.1'], /--loss: .*percentage|--loss: .*%/],
    [['plan', 'netem', '--mode', 'drop', '--to', '192.0.2.1'], /--mode does not belong to a netem fault/],
    [
      ['plan', 'partition', '--delay', '1ms', '--to', '192.0.2.1'],
      /--delay does not belong to a partition fault/,
    ],
    [['plan', 'netem', '--loss', '1%', '--loss-gemodel', '1%', '--to', '192.0.2.1'], /exclude each other/],
    [['plan', 'netem', '--loss-state', '1%,1%,1%,1%,1%,1%', '--to', '192.0.2.1'], /more than 5 parts/],
    [['plan', 'partition', '--port', '0', '--to', '192.0.2.1'], /--port|Expected/],
    [['plan', 'partition', '--to', 'no such host'], /can not be resolved/],
    [['plan', 'partition', '--file', 'nowhere.yaml#x'], /leave out partition/],
    [['plan', '--file', 'nowhere.yaml#x'], /nowhere.yaml/],
    [['plan', 'partition', '--to', '192.0.2.1', '--for', '2h'], /longest a fault may last/],
    [['plan', 'partition', '--to', '192.0.2.1', '--for', '30'], /--for: 30 has no unit/],
    [['apply', 'partition', '--to', '192.0.2.1'], /Missing required flag for/],
    [['apply', 'proxy', '--reset', '--for', '1s', '--proxy', 'nonsense'], /is not LISTEN=UPSTREAM/],
    [
      ['apply', 'proxy', '--reset', '--for', '1s', '--proxy', '127.0.0.1:0=127.0.0.1:9', '--detach'],
      /lives in this process/,
    ],
    [['clear'], /say which fault to end/],
    [['clear', 'x', '--all'], /say which fault to end/],
    [['clear', 'x'], /no fault x is in force/],
    [['halt'], /Missing required flag reason/],
  ])('fault %j', async (words, message) => {
    const {code, stdout, stderr} = await fault(...words)
    expect({code, stdout}).toEqual({code: 2, stdout: ''})
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  it('as JSON too', async () => {
    const {code, stdout} = await fault('plan', 'netm', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'netdrill/error/1',
      exit: 2,
      problems: [{code: 'USAGE_INVALID'}],
    })
  })
})

describe('fault plan', () => {
  it('takes a fault out of a document, and writes nothing', async () => {
    const file = join(state, 'netdrill.yaml')
    writeFileSync(
      file,
      'version: 1\nfaults:\n  gone: {kind: proxy, reset: true}\n  slow: {kind: proxy, latency: 100ms}\n',
    )
    const words = ['plan', '--proxy', '127.0.0.1:0=127.0.0.1:9', '--json']
    const {code, stdout} = await fault(...words, '--file', `${file}#slow`)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'netdrill/fault-plan/1',
      name: 'slow',
      kind: 'proxy',
      backend: 'proxy',
      effect: ['round trip +200ms'],
    })
    expect(readdirSync(state)).toEqual(['netdrill.yaml'])
    const wrong = await fault(...words, '--file', `${file}#slw`)
    expect(wrong.code).toBe(2)
    expect(wrong.stdout).toContain('did you mean \\"slow\\"?')
  })

  it('refuses a broad scope with exit 7', async () => {
    const {code, stderr} = await fault('plan', 'partition', '--device', 'lo')
    // Without rights there is nothing to refuse.
    expect([6, 7]).toContain(code)
    expect(stderr).toMatch(code === 7 ? 'FAULT_BROAD_SCOPE' : 'CAPABILITY_MISSING')
  })
})

describe('fault apply proxy', () => {
  it('impairs the connections through its own proxy, needs no rights, and ends at SIGTERM with exit 4', async () => {
    const server = createServer((socket) => socket.end('hello'))
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as {port: number}).port))
    })
    const words = [
      'fault',
      'apply',
      'proxy',
      '--blackhole',
      '--for',
      '30s',
      '--proxy',
      `127.0.0.1:0=127.0.0.1:${port}`,
    ]
    const program = startProgram(words, {env: {XDG_STATE_HOME: state}})
    await program.waitFor(/clients have to connect to 127\.0\.0\.1:\d+/)
    program.child.kill('SIGTERM')
    const {code, stdout} = await program.result
    server.close()
    expect(code).toBe(4)
    expect(stdout).toMatch(/interrupted; undone in/)
  })
})

describe('fault apply of a front', () => {
  it('shows a certificate with the defect, signed by an authority that it names, and leaves nothing', async () => {
    const server = createServer((socket) => socket.end('no TLS'))
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as {port: number}).port))
    })
    const place = ['--proxy', `127.0.0.1:0=127.0.0.1:${port}`, '--for', '30s']
    const words = ['fault', 'apply', 'tls-front', '--set', 'certificate=expired', ...place]
    const program = startProgram(words, {env: {XDG_STATE_HOME: state}})
    let said = ''
    program.child.stderr?.on('data', (chunk: Buffer) => (said += String(chunk)))
    await program.waitFor(/trust the authority in \S+\.pem/)
    const [, listens = ''] = /clients have to connect to (\S+)/.exec(said) ?? []
    const [, ca = ''] = /trust the authority in (\S+\.pem)/.exec(said) ?? []
    const probed = await runProgram(['probe', 'tls', `tls://${listens}`, '--ca', ca, '--json'])
    expect(probed.stdout).toContain('TLS_CERT_EXPIRED')
    program.child.kill('SIGTERM')
    const {code} = await program.result
    server.close()
    expect(code).toBe(4)
    expect(readdirSync(join(state, 'netdrill')).filter((name) => name.endsWith('.pem'))).toEqual([])
  })

  it.each<[string[], RegExp]>([
    [['tls-front', '--set', 'certificate'], /is not KEY=VALUE/],
    [['tls-front', '--set', 'certificat=expired'], /does not belong to a tls-front fault/],
  ])('refuses %j', async (words, message) => {
    const {code, stderr} = await fault('plan', ...words, '--proxy', '127.0.0.1:0=127.0.0.1:9')
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})

describe('proxies', () => {
  it('are listed with what they do, end at halt from another shell, and are refused then', async () => {
    const env = {XDG_STATE_HOME: state}
    const apply = [
      'fault',
      'apply',
      'proxy',
      '--blackhole',
      '--for',
      '1m',
      '--proxy',
      '127.0.0.1:0=127.0.0.1:9',
    ]
    const serve = ['proxy', '--from', '127.0.0.1:0', '--to', '127.0.0.1:9', '--toxic', 'latency=5ms,ttl=1h']
    const programs = [startProgram(apply, {env}), startProgram(serve, {env})]
    await Promise.all(programs.map(async (program) => program.waitFor(/in force after|ready;/)))
    const {faults} = JSON.parse((await fault('list', '--json')).stdout) as {faults: {name: string}[]}
    const listens = expect.stringMatching(/^127\.0\.0\.1:\d+$/)
    const shared = {standing: 'active', backend: 'proxy', started: expect.any(String)}
    expect(faults).toHaveLength(2)
    expect(faults).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...{...shared, owner: programs[0]?.child.pid, left: expect.any(Number)},
          proxies: [
            expect.objectContaining({
              listens,
              upstream: '127.0.0.1:9',
              does: expect.arrayContaining([expect.any(String)]),
            }),
          ],
        }),
        expect.objectContaining({
          ...{...shared, owner: programs[1]?.child.pid, left: null},
          proxies: [
            expect.objectContaining({listens, does: [expect.stringMatching(/latency: 5.*ttl: 3600000ms/)]}),
          ],
        }),
      ]),
    )
    expect((await fault('halt', '--reason', 'outage')).code).toBe(0)
    const [applied, served] = await Promise.all(programs.map(async ({result}) => result))
    expect(applied).toMatchObject({code: 4, stdout: expect.stringContaining('all faults were halted')})
    expect(served).toMatchObject({code: 0, stdout: expect.stringContaining('0 connections')})
    expect((await runProgram(serve, {env})).code).toBe(7)
  })
})

describe('without faults', () => {
  it('list, recover, clear --all, release and halt end with 0', async () => {
    expect(await fault('list')).toMatchObject({code: 0, stdout: 'no faults in force\n'})
    expect(await fault('recover')).toMatchObject({code: 0, stdout: 'nothing to do\n'})
    expect(await fault('clear', '--all')).toMatchObject({code: 0, stdout: 'no faults in force\n'})
    expect(await fault('release')).toMatchObject({code: 0, stdout: 'faults were not halted\n'})
    expect(await fault('halt', '--reason', 'test')).toMatchObject({code: 0})
    expect((await fault('list')).stdout).toContain('test')
    const {code, stderr} = await fault('apply', 'partition', '--to', '192.0.2.1', '--for', '1s')
    expect({code}).toEqual({code: 7})
    expect(stderr).toContain('FAULT_HALTED')
  })
})
