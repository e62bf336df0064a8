/** A drill whose fault is on another host: a real sshd in a namespace, and the netdrill there. */
import {readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {afterAll, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest'
import {type Answer, SshHost, answerOf, sshHostMissing} from '../../support/ssh-host.ts'

const reason = sshHostMissing()
let host: SshHost
/** Rules of the host before. */
let before: string

const drill = (on: string, lasts: string): string => `version: 1
targets:
  api: {url: 'tcp://10.99.0.2:8080', source: 10.99.0.3, interval: 100ms, timeout: 500ms}
faults:
  split: {kind: partition, on: '${on}', scope: {to: 10.99.0.3}}
drill:
  timeline: [{at: 1s, inject: split, for: ${lasts}}]
  settle: 10s
  expect: [api.downtime > 1s, api.recovery < 3s]
`

beforeAll(async () => {
  if (reason !== null) return
  host = await SshHost.open()
  for (const lasts of ['2s', '50s']) writeFileSync(host.path(`${lasts}.yaml`), drill(host.name, lasts))
  host.start(host.far, [
    process.execPath,
    '-e',
    `require('net').createServer((socket) => socket.on('error', () => {})).listen(8080)`,
  ])
  await host.waitForPort(host.far, 8080)
  before = host.rules()
})
beforeEach((context) => {
  if (reason !== null) context.skip(reason)
})
afterAll(() => {
  if (reason === null) host.close()
})

/** A drill whose fault would last for long, from the moment at which it is in force. */
async function brokenDrill(): Promise<{readonly pid: number; readonly answer: Promise<Answer>}> {
  const child = host.spawn(['drill', 'run', host.path('50s.yaml'), '--plain'])
  const answer = answerOf(child)
  let early: Answer | null = null
  void answer.then((end) => (early = end))
  // The rules are there a moment before this side knows.
  let told = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: string) => (told += part))
  await vi.waitUntil(() => early !== null || told.includes('split: in force'), {timeout: 40_000})
  expect(early, 'it ended before the fault').toBeNull()
  expect(host.rules()).toContain('10.99.0.3')
  // `ip netns exec` becomes the program that it starts.
  return {pid: child.pid ?? -1, answer}
}

/** The ssh processes over which faults are kept on this host. */
function connectionsOf(of: SshHost): readonly number[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        const isOurs = words.some((word) => word.includes(of.path('user')))
        return isOurs && words.some((word) => word.includes("'fault' 'serve'"))
      } catch {
        return false
      }
    })
    .map(Number)
}

const undone = async (): Promise<boolean> =>
  vi.waitUntil(() => host.rules() === before, {timeout: 10_000, interval: 20})

describe('a drill with a fault on another host', () => {
  it('breaks there, measures here, and passes when all is as before', async () => {
    const {code, text} = await host.run(['drill', 'run', host.path('2s.yaml'), '--plain'])
    expect(code, text).toBe(0)
    expect(text).toContain('partition (drop) to 10.99.0.3 on ssh://')
    for (const line of ['read-back (nft)', 'counter (nft)', 'api blocked'])
      expect(text).toMatch(new RegExp(`split: ${line.replace(/[()]/g, '\\$&')}: .*: verified`))
    expect(host.rules()).toBe(before)
    expect(host.ledger()).toEqual(['done'])
  }, 60_000)

  it('undoes it there at Ctrl-C', async () => {
    const {pid, answer} = await brokenDrill()
    process.kill(pid, 'SIGINT')
    const {code, text} = await answer
    expect(code, text).toBe(4)
    expect(host.rules()).toBe(before)
    expect(text).toContain('SIGINT received')
  }, 60_000)

  it('leaves the undo to that host when it is killed', async () => {
    const {pid, answer} = await brokenDrill()
    process.kill(pid, 'SIGKILL')
    await answer
    await undone()
    expect(host.rules()).toBe(before)
    await vi.waitUntil(() => host.ledger().every((state) => state === 'done'), {
      timeout: 10_000,
      interval: 20,
    })
  }, 60_000)

  it('is aborted when the connection ends, and looks whether that host has undone it', async () => {
    const {answer} = await brokenDrill()
    const channels = connectionsOf(host)
    expect(channels).not.toHaveLength(0)
    for (const pid of channels) process.kill(pid, 'SIGKILL')
    const {code, text} = await answer
    expect(code, text).toBe(4)
    expect(text).toContain(`the connection to ${host.name} is lost`)
    expect(text).toContain('the state from before is back')
    expect(host.rules()).toBe(before)
  }, 60_000)

  it('is aborted when all faults are halted there', async () => {
    const {answer} = await brokenDrill()
    expect(await host.there(['fault', 'halt', '--reason', 'release'])).toMatchObject({code: 0})
    const {code, text} = await answer
    expect(code, text).toBe(4)
    expect(text).toContain(`on ${host.name} faults were halted: release`)
    expect(host.rules()).toBe(before)
    expect(await host.run(['drill', 'run', host.path('2s.yaml'), '--plain'])).toMatchObject({
      code: 7,
      text: expect.stringMatching(/2s\.yaml:5:\d+: error FAULT_HALTED: on ssh:/),
    })
    expect(await host.there(['fault', 'release'])).toMatchObject({code: 0})
  }, 60_000)
})
