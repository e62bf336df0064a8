import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openPorts} from '../../../../src/app/ports.ts'
import {turn} from '../../../../src/probes/turn/probe.ts'
import {type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {type Coturn, hasCoturn, startCoturn} from '../../../support/coturn.ts'
import {holdAllocation} from '../../../support/hold-allocation.ts'
import {measureOnce} from '../../../support/measure-once.ts'

let workshop: Workshop
let ca: string
let server: Coturn
/** One allocation per user, and no relays to its own network. */
let narrow: Coturn

const logins: Readonly<Record<string, string>> = {
  GOOD: 'user:secret',
  BAD: 'user:wrong',
  NOBODY: 'nobody:secret',
  BUSY: 'busy:secret',
  THIRD: 'third:secret',
}
const {host} = openPorts(1)
const ports = {host: {...host, env: (name: string) => logins[name] ?? host.env(name)}}

const measure = async (
  target: string,
  options: Readonly<Record<string, unknown>> = {login: 'env:GOOD'},
): ReturnType<typeof measureOnce> => measureOnce(turn, target, {options, ports, timeout: 3000})

beforeAll(async () => {
  if (!hasCoturn) return
  workshop = await openWorkshop()
  const root = await workshop.authority({name: 'Turn Root'})
  const leaf = await workshop.leaf({name: 'turn', san: ['IP:127.0.0.1'], key: 'rsa2048'}, root)
  ca = root.certificateFile
  const names = ['user', 'busy', 'third'].flatMap((name) => ['--user', `${name}:secret`])
  const users = ['--lt-cred-mech', '--realm', 'example.org', ...names]
  const tls = ['--cert', leaf.certificateFile, '--pkey', leaf.keyFile]
  ;[server, narrow] = await Promise.all([
    startCoturn([...users, ...tls, '--allow-loopback-peers']),
    startCoturn([...users, '--no-tls', '--user-quota', '1']),
  ])
})

afterAll(async () => {
  if (!hasCoturn) return
  await Promise.all([server.stop(), narrow.stop(), workshop.remove()])
})

describe.skipIf(!hasCoturn)('coturn gives a relay', () => {
  test.each(['udp', 'tcp'] as const)('over %s, and packets go through it', async (transport) => {
    const target = `turn://127.0.0.1:${server.port}?transport=${transport}`
    expect(await measure(target, {login: 'env:GOOD', relay: true})).toMatchObject({
      status: 'ok',
      reading: {
        rtt: expect.any(Number) as number,
        turn: {
          transport,
          relayed: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
          mapped: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
          lifetime: 600,
          realm: 'example.org',
          relay_rtt: expect.any(Number) as number,
          software: expect.stringMatching(/^Coturn/) as string,
          error: null,
        },
      },
    })
  })

  test.each([
    ['turns://127.0.0.1:PORT', {}],
    ['turns://127.0.0.1:PORT?transport=tcp', {}],
    ['turn://127.0.0.1:PORT', {transport: 'tls'}],
  ])('over TLS, its certificate judged: %s %j', async (target, more) => {
    const options = {login: 'env:GOOD', relay: true, ca: [ca], ...more}
    expect(await measure(target.replace('PORT', String(server.tlsPort)), options)).toMatchObject({
      status: 'ok',
      reading: {turn: {transport: 'tls', relay_rtt: expect.any(Number) as number}, tls: {trusted: true}},
    })
  })

  test('but none through a connection whose certificate deserves no trust', async () => {
    const outcome = await measure(`turns://127.0.0.1:${server.tlsPort}`)
    expect(outcome).toMatchObject({status: 'failed', failure: {category: 'authentication'}})
    expect(outcome.status === 'failed' && outcome.partial.turn).toBeUndefined()
  })

  test('to an echo service instead of itself', async () => {
    const echo = createSocket('udp4')
    echo.on('message', (data, from) => echo.send(data, from.port, from.address))
    echo.bind(0, '127.0.0.1')
    await once(echo, 'listening')
    const {port} = echo.address()
    const options = {login: 'env:GOOD', peer: `127.0.0.1:${port}`}
    const good = await measure(`turn://127.0.0.1:${server.port}`, options)
    expect(good).toMatchObject({status: 'ok', reading: {turn: {relay_rtt: expect.any(Number) as number}}})
    echo.removeAllListeners('message')
    const silent = await measureOnce(turn, `turn://127.0.0.1:${server.port}`, {options, ports, timeout: 500})
    expect(silent).toMatchObject({
      status: 'failed',
      failure: {code: 'TURN_RELAY_SILENT'},
      partial: {turn: {relayed: expect.any(String) as string, relay_rtt: null}},
    })
    echo.close()
  })

  test('and has it back long before it would end by itself, so that the quota of one is free again', async () => {
    const again = async (): Promise<string> => (await measure(`turn://127.0.0.1:${narrow.port}`)).status
    expect(await again()).toBe('ok')
    // It takes coturn about a second to count it as gone; not given back, it would be ten minutes.
    await expect.poll(again, {timeout: 15_000, interval: 200}).toBe('ok')
  })
})

describe.skipIf(!hasCoturn)('coturn refuses', () => {
  test.each([
    ['without user and password', {}, 'TURN_UNAUTHORIZED', /no user and password were given/],
    ['a wrong password', {login: 'env:BAD'}, 'TURN_UNAUTHORIZED', /answered 401/],
    ['an unknown user', {login: 'env:NOBODY'}, 'TURN_UNAUTHORIZED', /answered 401/],
  ])('%s', async (_, options, code, text) => {
    expect(await measure(`turn://127.0.0.1:${server.port}`, options)).toMatchObject({
      status: 'failed',
      failure: {code, message: expect.stringMatching(text) as string},
      partial: {turn: {error: 401, realm: 'example.org', relayed: null}},
    })
  })

  test('a relay to its own address, unless it is told to', async () => {
    const outcome = await measure(`turn://127.0.0.1:${narrow.port}`, {login: 'env:THIRD', relay: true})
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'TURN_FORBIDDEN'}})
  })

  test('more allocations than the quota', async () => {
    const target = `turn://127.0.0.1:${server.port}`
    const quick = `turn://127.0.0.1:${narrow.port}`
    const hold = await holdAllocation(narrow.port, {user: 'busy', password: 'secret'})
    const outcome = await measure(quick, {login: 'env:BUSY'})
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'TURN_QUOTA', retry: 'backoff'}})
    hold.close()
    expect(await measure(target, {login: 'env:BUSY'})).toMatchObject({status: 'ok'})
  })
})

describe.skipIf(!hasCoturn)('nothing there', () => {
  test.each([
    ['udp', 'UDP_CLOSED'],
    ['tcp', 'TCP_REFUSED'],
    ['tls', 'TCP_REFUSED'],
  ])('over %s is %s', async (transport, code) => {
    expect(await measure(`turn://127.0.0.1:1?transport=${transport}`)).toMatchObject({
      status: 'failed',
      failure: {code},
    })
  })
})
