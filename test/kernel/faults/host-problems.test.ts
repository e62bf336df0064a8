/** Faults of a document on another host, by hand; and everything that may be wrong with that host. */
import {chmodSync, writeFileSync} from 'node:fs'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {BIN} from '../../support/program.ts'
import {SshHost, sshHostMissing} from '../../support/ssh-host.ts'

const reason = sshHostMissing()
let host: SshHost
let file: string

beforeAll(async () => {
  if (reason !== null) return
  host = await SshHost.open()
  file = host.path('faults.yaml')
  writeFileSync(
    file,
    `version: 1
faults:
  split: {kind: partition, on: '${host.name}', scope: {to: 10.99.0.3}}
  self: {kind: partition, on: '${host.name}', scope: {to: 10.99.0.1}}
  closed: {kind: partition, on: 'ssh://root@10.99.0.2:7', scope: {to: 10.99.0.3}}
  here: {kind: partition, scope: {to: 10.99.0.3}}
`,
  )
})
beforeEach((context) => {
  if (reason !== null) context.skip(reason)
})
afterEach(() => {
  if (reason === null) host.restoreNetdrill()
})
afterAll(() => {
  if (reason === null) host.close()
})

const plan = async (name: string, env: Readonly<Record<string, string>> = {}) =>
  host.run(['fault', 'plan', '--file', `${file}#${name}`], env)

describe('a fault of a document on another host', () => {
  it('is planned, applied and undone there', async () => {
    const before = host.rules()
    const planned = await plan('split')
    expect(planned).toMatchObject({code: 0, text: expect.stringContaining(`where    ${host.name}`)})
    expect(host.ledger()).toEqual([])
    const {code, text} = await host.run(['fault', 'apply', '--file', `${file}#split`, '--for', '1s'])
    expect(code, text).toBe(0)
    expect(text).toContain('its time is over; undone')
    expect(host.ledger()).toEqual(['done'])
    expect(host.rules()).toBe(before)
  })

  it('can be left to the guard there, and ended from there', async () => {
    const {code, text} = await host.run([
      'fault',
      'apply',
      '--file',
      `${file}#split`,
      '--for',
      '1m',
      '--detach',
      '-q',
    ])
    expect(code, text).toBe(0)
    expect(host.rules()).toContain('10.99.0.3')
    expect(await host.there(['fault', 'clear', text.trim()])).toMatchObject({code: 0})
    expect(host.rules()).not.toContain('10.99.0.3')
  })

  it('goes to the host of the command line, whatever the document says', async () => {
    const args = ['fault', 'plan', '--file', `${file}#here`, '--on', host.name]
    expect(await host.run(args)).toMatchObject({
      code: 0,
      text: expect.stringContaining(`where    ${host.name}`),
    })
  })
})

describe('a host that can not be used', () => {
  const placed = (code: string): RegExp => new RegExp(`faults\\.yaml:\\d+:\\d+: error ${code}: `)

  it.concurrent('knows none of our keys', async ({expect}) => {
    const {code, text} = await plan('split', {TEST_KEY: host.path('stranger')})
    expect(code, text).toBe(6)
    expect(text).toMatch(placed('HOST_LOGIN'))
    expect(text).toContain('ssh-copy-id')
  })

  it.concurrent('has a key that is not known here', async ({expect}) => {
    const {code, text} = await plan('split', {TEST_KNOWN: host.path('nobody-known')})
    expect(code, text).toBe(6)
    expect(text).toMatch(placed('HOST_KEY'))
    expect(text).toContain('compare the key')
  })

  it.concurrent('has another key than before', async ({expect}) => {
    const {code, text} = await plan('split', {TEST_KNOWN: host.path('other-known')})
    expect(code, text).toBe(6)
    expect(text).toMatch(placed('HOST_KEY'))
    expect(text).toContain('another key than the one in known_hosts')
  })

  it.concurrent('does not answer at that port', async ({expect}) => {
    const {code, text} = await plan('closed')
    expect(code, text).toBe(6)
    expect(text).toMatch(placed('HOST_UNREACHABLE'))
    expect(text).toContain('Connection refused')
  })

  it('has no netdrill', async () => {
    host.removeNetdrill()
    const {code, text} = await plan('split')
    expect(code, text).toBe(6)
    expect(text).toMatch(placed('HOST_NETDRILL'))
    expect(text).toContain('not found')
  })

  it('has another version', async () => {
    host.replaceNetdrill(
      `echo '{"say":"hello","wire":"netdrill/host/1","version":"0.0.9","uid":0,"ends":null}'; cat >/dev/null`,
    )
    const {code, text} = await plan('split')
    expect(code, text).toBe(6)
    expect(text).toMatch(placed('HOST_VERSION'))
    expect(text).toContain('netdrill 0.0.9 is there')
  })

  it('gives us no rights', async () => {
    const state = host.path('nobody')
    host.replaceNetdrill(
      `export XDG_STATE_HOME=${state}; exec setpriv --reuid 65534 --regid 65534 --clear-groups ${process.execPath} ${BIN} "$@"`,
    )
    chmodSync(host.folder, 0o755)
    const {code, text} = await plan('split')
    expect(code, text).toBe(6)
    expect(text).toMatch(placed('CAPABILITY_MISSING'))
    expect(text).toContain('on: ssh://root@10.99.0.2')
  })

  it('would cut off the connection itself', async () => {
    const {code, text} = await plan('self')
    expect(code, text).toBe(7)
    expect(text).toMatch(placed('FAULT_LOCKOUT'))
    expect(text).toContain('the address of an SSH session 10.99.0.1')
  })
})
