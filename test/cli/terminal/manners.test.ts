/** What each command writes into a terminal and into a pipe, by what the environment asks for. */
import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {type AddressInfo, type Server, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {displayWidth} from '../../../src/core/width.ts'
import {BIN, requireBundle} from '../../support/program.ts'

const COLUMNS = 40
/** Few at a time: the machine may have two processors. */
const AT_ONCE = 3
/** A title for the window, a colour, a bell: what a server may try. */
const BANNER = '\u001B]0;owned\u0007\u001B[31mhello\u001B[0m\u009B2J\u0007\r\n'

const folder = mkdtempSync(join(tmpdir(), 'netdrill-manners-'))
const document = join(folder, 'n.yaml')
let server: Server
let port = 0

beforeAll(async () => {
  requireBundle()
  server = createServer((socket) => socket.on('error', () => {}).end(BANNER))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  const api = `api: {url: "tcp://127.0.0.1:${port}", banner: true, expect: ["tcp.banner == nobody"]}`
  writeFileSync(document, `version: 1\ntargets:\n  ${api}\n  web: tcp://127.0.0.1:1\n`)
})
afterAll(() => {
  server.close()
  rmSync(folder, {recursive: true})
})

const COMMANDS = {
  probe: () => ['probe', 'tcp', `tcp://127.0.0.1:${port}`, '--banner', '-e', 'tcp.banner == nobody'],
  check: () => ['check', document],
  diagnose: () => ['diagnose', 'tcp://127.0.0.1:1'],
  doctor: () => ['doctor'],
  'drill list': () => ['drill', 'list'],
  monitor: () => ['monitor', document, '--for', '300ms'],
  explain: () => ['explain', 'TCP_REFUSED'],
}
type Name = keyof typeof COMMANDS
/** The rest has only words to show. */
const COLOURED: readonly Name[] = ['probe', 'check', 'diagnose', 'monitor', 'explain']
/** Draw over what they have drawn, on a terminal. */
const DRAWING: readonly Name[] = ['diagnose', 'monitor']

/** The lines of the others are a log, one line each, however long. */
const FITTING: readonly Name[] = ['check', 'diagnose', 'doctor', 'drill list', 'explain']

type Escapes = 'none' | 'colours' | 'all'
const CASES: readonly (readonly [
  where: 'terminal' | 'pipe',
  env: Readonly<Record<string, string>>,
  escapes: Escapes,
])[] = [
  ['pipe', {}, 'none'],
  ['pipe', {NO_COLOR: '1'}, 'none'],
  ['pipe', {TERM: 'dumb'}, 'none'],
  ['pipe', {CI: 'true'}, 'none'],
  ['pipe', {FORCE_COLOR: '1'}, 'colours'],
  ['terminal', {}, 'all'],
  ['terminal', {NO_COLOR: '1'}, 'none'],
  ['terminal', {TERM: 'dumb'}, 'none'],
  ['terminal', {CI: 'true'}, 'none'],
  ['terminal', {FORCE_COLOR: '1'}, 'all'],
]

/** `script` gives the command a terminal of its own, 40 columns wide, and passes on what is written to it. */
function start(args: readonly string[], where: 'terminal' | 'pipe', asked: NodeJS.ProcessEnv): ChildProcess {
  const plain = {NO_COLOR: undefined, FORCE_COLOR: undefined, CI: undefined, TERM: 'xterm-256color'}
  const env = {...process.env, ...plain, LC_ALL: 'C.UTF-8', ...asked}
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  const words = [process.execPath, BIN, ...args]
  if (where === 'pipe') return spawn(process.execPath, words.slice(1), {env, stdio: [...stdio]})
  const line = words.map((word) => `'${word}'`).join(' ')
  const command = `stty cols ${COLUMNS} rows 24; ${line}`
  return spawn('script', ['--quiet', '--command', command, '/dev/null'], {env, stdio: [...stdio]})
}

async function written(...how: Parameters<typeof start>): Promise<string> {
  const child = start(...how)
  let text = ''
  const take = (data: Buffer): void => {
    text += data.toString()
  }
  child.stdout?.on('data', take)
  child.stderr?.on('data', take)
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
  return text
}

/** As many at a time as the machine bears. */
async function writtenByAll(
  where: 'terminal' | 'pipe',
  env: NodeJS.ProcessEnv,
): Promise<Record<Name, string>> {
  const left = Object.entries(COMMANDS)
  const texts: Record<string, string> = {}
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift())
      texts[next[0]] = await written(next[1](), where, env)
  }
  await Promise.all(Array.from({length: AT_ONCE}, worker))
  return texts
}

// oxlint-disable-next-line no-control-regex -- that is what is looked for
const COLOUR = /\u001B\[[\d;]*m/g
// oxlint-disable-next-line no-control-regex -- that is what is looked for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/

describe.each(CASES)('in a %s with %j', (where, env, escapes) => {
  let texts: Record<Name, string>
  beforeAll(async () => {
    texts = await writtenByAll(where, env)
  })

  it.each(Object.keys(COMMANDS) as Name[])('%s', (name) => {
    const text = texts[name]
    expect(text.length).toBeGreaterThan(40)
    const coloured = COLOURED.includes(name) && escapes !== 'none'
    expect(text.search(COLOUR) >= 0).toBe(coloured)
    const drawn = escapes === 'all' && DRAWING.includes(name)
    const bare = escapes === 'none' ? text : text.replace(COLOUR, '')
    // A line of control characters that were left over is shown, and so is what began it.
    const left = drawn ? [] : bare.split('\n').filter((line) => CONTROL.test(line))
    expect(left).toEqual([])
    expect(text).not.toContain(']0;owned\u0007')
    expect(text).not.toContain('\u001B[31mhello')
  })

  it.each(where === 'terminal' ? FITTING : [])('%s is not wider than the terminal', (name) => {
    const drawn = escapes === 'all' && DRAWING.includes(name)
    const lines = drawn ? [] : texts[name].replace(COLOUR, '').split(/\r?\n/)
    expect(lines.filter((line) => displayWidth(line) > COLUMNS)).toEqual([])
  })
})
