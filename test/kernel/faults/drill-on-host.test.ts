/** A drill whose fault is on another host: a real sshd in a namespace, and the netdrill there. */
import {writeFileSync} from 'node:fs'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {SshHost, sshHostMissing} from '../../support/ssh-host.ts'

const reason = sshHostMissing()
let host: SshHost
let document: string

const DRILL = (on: string): string => `
version: 1
targets:
  api: {url: 'tcp://10.99.0.2:8080', source: 10.99.0.3, interval: 100ms, timeout: 300ms}
faults:
  split: {kind: partition, on: '${on}', scope: {to: 10.99.0.3}}
drill:
  steady: [api.loss <= 0%]
  timeline: [{at: 1s, inject: split, for: 2s}]
  settle: 10s
  expect: [api.downtime > 1s, api.recovery < 2s]
`

beforeAll(async () => {
  if (reason !== null) return
  host = await SshHost.open()
  document = host.path('drill.yaml')
  writeFileSync(document, DRILL(host.name))
  host.start(host.far, [
    process.execPath,
    '-e',
    `require('net').createServer((socket) => socket.on('error', () => {})).listen(8080)`,
  ])
  await host.waitForPort(host.far, 8080)
})
beforeEach((context) => {
  if (reason !== null) context.skip(reason)
})
afterAll(() => {
  if (reason === null) host.close()
})

describe('a drill with a fault on another host', () => {
  it('breaks there, measures here, and passes when all is as before', async () => {
    const before = host.rules()
    const {code, text} = await host.run(['drill', 'run', document, '--plain'])
    expect(code, text).toBe(0)
    expect(host.rules()).toBe(before)
  })
})
