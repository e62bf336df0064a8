import {createServer, type Server} from 'node:net'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {TmuxTerminal} from '../../support/tmux.ts'

let folder: string
let server: Server
let file: string
let terminal: TmuxTerminal | null = null

beforeEach(async (context) => {
  if (!TmuxTerminal.isHere()) context.skip('tmux is not installed')
  folder = await mkdtemp(join(tmpdir(), 'terminal-'))
  server = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as {port: number}
  file = join(folder, 'net.yaml')
  const text = [
    'version: 1',
    'defaults: {interval: 100ms, timeout: 90ms}',
    'targets:',
    `  shop: tcp://127.0.0.1:${port}`,
    '  gone: tcp://127.0.0.1:1',
    '  here: ping://127.0.0.1',
  ]
  await writeFile(file, `${text.join('\n')}\n`)
})
afterEach(async () => {
  terminal?.close()
  terminal = null
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, {recursive: true, force: true})
})

function open(columns = 100, rows = 28): TmuxTerminal {
  terminal = new TmuxTerminal(['monitor', file], {columns, rows})
  return terminal
}

describe('monitor on a terminal', () => {
  it('shows mixed probes, and keys change what is shown', async () => {
    const here = open()
    const first = await here.shows(/gone +↻ reconnecting +TCP_REFUSED[^]*here +● connected/)
    expect(first).toContain('1 reconnecting')
    here.type('s')
    await here.shows(/sort: state/)
    here.type('/')
    here.type('shop')
    await here.shows(/Enter keeps/)
    here.press('Enter')
    expect(await here.shows(/\/shop {2}[^]*q quit/)).not.toMatch(/gone +↻/)
    here.press('Enter')
    await here.shows(/tcp:\/\/127\.0\.0\.1/)
    here.press('Escape')
    await here.shows(/\/shop {2}[^]*q quit/)
    here.press('Escape')
    await here.shows(/gone +↻ reconnecting/)
    here.type('m')
    await here.shows(/mark 1/)
    here.type(' ')
    await here.shows(/PAUSED/)
    here.type(' ')
    here.type('?')
    await here.shows(/KEYS/)
  })

  it('gives the terminal back after q, with the summary in the scrollback', async () => {
    const here = open()
    await here.shows(/here +● connected/)
    expect(here.isAlternate).toBe(true)
    here.type('q')
    const end = await here.shows(/DONE 1\necho/)
    expect(end).toMatch(/watched 3 targets for .*: 1 down at the end/)
    expect(here.isAlternate).toBe(false)
  })

  it.each([
    {how: 'Ctrl-C', end: (one: TmuxTerminal) => one.press('C-c'), code: 130},
    {how: 'SIGTERM', end: (one: TmuxTerminal) => process.kill(one.pidOf(/run\.js/), 'SIGTERM'), code: 143},
  ])('gives it back after $how too, with exit code $code', async ({end, code}) => {
    const here = open()
    await here.shows(/here +● connected/)
    end(here)
    await here.shows(new RegExp(`DONE ${code}\necho`))
    expect(here.isAlternate).toBe(false)
  })

  it('survives a terminal of 40 by 10, and uses the room when it gets some', async () => {
    const here = open()
    await here.shows(/here +● connected/)
    here.resize(40, 10)
    const small = await here.shows(/gone +↻ retry/)
    expect(Math.max(...small.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40)
    here.resize(160, 40)
    await here.shows(/here +● connected[^]*EVENTS/)
    here.type('q')
    await here.shows(/DONE 1/)
  })
})
