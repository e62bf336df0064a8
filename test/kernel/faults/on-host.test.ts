/** Faults on another host through a real sshd in a namespace: plan, ledger and guard are there. */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir, userInfo} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest'
import {type NamespacePair, makeNamespacePair, namespacesMissing, runIn} from '../../support/namespaces.ts'
import {BIN, requireBundle} from '../../support/program.ts'

const SSHD = '/usr/sbin/sshd'
const PORT = '2222'
const reason = namespacesMissing() ?? (existsSync(SSHD) ? null : 'needs openssh-server')
let pair: NamespacePair
let folder: string
let server: ChildProcess

beforeAll(async () => {
  if (reason !== null) return
  requireBundle()
  pair = makeNamespacePair()
  folder = mkdtempSync(join(tmpdir(), 'netdrill-ssh-'))
  const path = (name: string): string => join(folder, name)
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(name)])
  mkdirSync(path('bin'))
  mkdirSync('/run/sshd', {recursive: true})
  // What a host has in its PATH.
  writeFileSync(path('bin/netdrill'), `#!/bin/sh\nexec ${process.execPath} ${BIN} "$@"\n`)
  // What the user's own ~/.ssh/config would hold; ssh itself is the real one.
  const real = execFileSync('which', ['ssh'], {encoding: 'utf8'}).trim()
  mkdirSync(path('here'))
  const options = `-i ${path('user')} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`
  writeFileSync(path('here/ssh'), `#!/bin/sh\nexec ip netns exec ${pair.near} ${real} ${options} "$@"\n`)
  for (const name of ['bin/netdrill', 'here/ssh']) chmodSync(path(name), 0o755)
  writeFileSync(
    path('sshd_config'),
    [
      `Port ${PORT}`,
      `HostKey ${path('host')}`,
      `AuthorizedKeysFile ${path('user.pub')}`,
      `PidFile ${path('sshd.pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      `SetEnv PATH=${path('bin')}:/usr/sbin:/usr/bin:/sbin:/bin XDG_STATE_HOME=${path('state')}`,
    ].join('\n'),
  )
  server = spawn('ip', ['netns', 'exec', pair.far, SSHD, '-D', '-e', '-f', path('sshd_config')], {
    stdio: 'ignore',
  })
  await vi.waitUntil(() => runIn(pair.far, 'ss', ['-Hltn', `sport = :${PORT}`]).trim() !== '', {
    timeout: 5000,
  })
})
beforeEach((context) => {
  if (reason !== null) context.skip(reason)
})
afterAll(() => {
  if (reason !== null) return
  server.kill('SIGKILL')
  pair.remove()
  rmSync(folder, {recursive: true, force: true})
})

interface Answer {
  readonly code: number
  readonly text: string
}

/** netdrill here, with the words for there. */
function netdrill(...words: readonly string[]): Answer {
  const env = {
    ...process.env,
    PATH: `${join(folder, 'here')}:${process.env['PATH'] ?? ''}`,
    XDG_STATE_HOME: join(folder, 'own'),
  }
  const args = [BIN, 'fault', ...words, '--on', `ssh://${userInfo().username}@10.99.0.2:${PORT}`]
  try {
    return {
      code: 0,
      text: execFileSync(process.execPath, args, {env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}),
    }
  } catch (error) {
    const {status, stdout, stderr} = error as {status: number; stdout: string; stderr: string}
    return {code: status, text: `${stdout}${stderr}`}
  }
}

describe('a fault on another host', () => {
  it('is planned, kept and ended there, and nothing is written here', () => {
    const before = runIn(pair.far, 'nft', ['list', 'ruleset'])
    const scope = ['--to', '10.99.0.1', '--port', '9']
    expect(netdrill('plan', 'partition', ...scope)).toMatchObject({
      code: 0,
      text: expect.stringContaining('10.99.0.1'),
    })
    const applied = netdrill('apply', 'partition', ...scope, '--for', '1m', '--detach', '-q')
    expect(applied.code, applied.text).toBe(0)
    expect(runIn(pair.far, 'nft', ['list', 'ruleset'])).toContain('10.99.0.1')
    expect(readdirSync(join(folder, 'state/netdrill/ledger'))).toHaveLength(1)
    expect(netdrill('list').text).toContain(applied.text.trim())
    expect(netdrill('clear', applied.text.trim())).toMatchObject({code: 0})
    expect(runIn(pair.far, 'nft', ['list', 'ruleset'])).toBe(before)
    expect(existsSync(join(folder, 'own'))).toBe(false)
  })

  it('that would cut off this very connection is refused there', () => {
    const {code, text} = netdrill('apply', 'partition', '--to', '10.99.0.1', '--for', '5s')
    expect(code).toBe(7)
    expect(text).toContain('the address of an SSH session 10.99.0.1')
  })

  it('ends as it ended there, whatever the words hold', () => {
    const {code, text} = netdrill('plan', 'partition', '--to', "no'such $(host); exit 9")
    expect(code).toBe(2)
    expect(text).toContain("no'such $(host); exit 9")
  })
})
