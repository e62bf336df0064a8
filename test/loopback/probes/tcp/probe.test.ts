import {once} from 'node:events'
import {type Server, type Socket, createServer} from 'node:net'
import {afterEach, expect, test} from 'vitest'
import type {Outcome, Reading} from '../../../../src/core/outcome.ts'
import {tcp} from '../../../../src/probes/tcp/probe.ts'
import {type MeasureSetup, measureOnce} from '../../../support/measure-once.ts'

const servers: Server[] = []
const accepted: Socket[] = []

afterEach(async () => {
  for (const socket of accepted.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function serve(onConnection: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const server = createServer((socket) => {
    accepted.push(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  servers.push(server)
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function probe(port: number, setup: MeasureSetup = {}, host = '127.0.0.1'): Promise<Outcome> {
  return measureOnce(tcp, `tcp://${host}:${port}`, setup)
}

function readingOf(outcome: Outcome): Reading {
  if (outcome.status === 'skipped') throw new Error('skipped')
  return outcome.status === 'ok' ? outcome.reading : outcome.partial
}

test('an open port: round trip, phases and both ends', async () => {
  const port = await serve(() => {})
  const outcome = await probe(port)
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {
      address: '127.0.0.1',
      family: 4,
      port,
      addresses: [{address: '127.0.0.1', status: 'ok', startedAfter: expect.any(Number) as number}],
      tcp: {remote: `127.0.0.1:${port}`, banner: null},
    },
  })
  const {rtt, phase} = readingOf(outcome)
  expect(rtt).toBeGreaterThan(0)
  expect(phase.connect).toBeGreaterThanOrEqual(rtt ?? Infinity)
  expect(phase.total).toBe(phase.connect)
  expect(phase).not.toHaveProperty('resolve')
})

test('the hold is part of neither the round trip nor the total', async () => {
  const port = await serve(() => {})
  const outcome = await probe(port, {options: {hold: '300ms'}})
  if (outcome.status !== 'ok') throw new Error('failed')
  expect(outcome.took).toBeGreaterThanOrEqual(300)
  expect(outcome.took - (outcome.reading.phase.total ?? 0)).toBeGreaterThanOrEqual(300)
})

test('a closed port is refused', async () => {
  const port = await serve(() => {})
  await new Promise((resolve) => servers.pop()?.close(resolve))
  expect(await probe(port)).toMatchObject({
    status: 'failed',
    failure: {code: 'TCP_REFUSED', stage: 'connect', cause: 'ECONNREFUSED'},
    partial: {address: '127.0.0.1', port, addresses: [{status: 'failed', failure: {code: 'TCP_REFUSED'}}]},
  })
})

test('a reset right after the accept is a reset, every time', async () => {
  const port = await serve((socket) => socket.resetAndDestroy())
  for (let round = 0; round < 30; round++) {
    const outcome = await probe(port)
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'TCP_RESET', stage: 'receive'}})
  }
})

test('an end right after the accept is told from a reset, every time', async () => {
  const port = await serve((socket) => socket.end())
  for (let round = 0; round < 30; round++) {
    const outcome = await probe(port)
    expect(outcome).toMatchObject({
      status: 'failed',
      failure: {code: 'TCP_CLOSED'},
      partial: {rtt: expect.any(Number) as number, tcp: {remote: `127.0.0.1:${port}`}},
    })
  }
})

test('a server that speaks and then ends is no failure', async () => {
  const port = await serve((socket) => socket.end('bye\r\n'))
  expect((await probe(port)).status).toBe('ok')
})

test('a banner is read, and its control characters are removed', async () => {
  const port = await serve((socket) => socket.write('220 \u001B]0;title\u0007mail.example\r\n'))
  const outcome = await probe(port, {options: {banner: true}})
  expect(outcome).toMatchObject({status: 'ok', reading: {tcp: {banner: '220 mail.example'}}})
  const {phase} = readingOf(outcome)
  expect(phase.total).toBeCloseTo((phase.connect ?? 0) + (phase.wait ?? 0))
})

test('an expected text may come in pieces', async () => {
  const port = await serve((socket) => {
    socket.write('220 ma', () => setImmediate(() => socket.write('il.example ESMTP')))
  })
  const outcome = await probe(port, {options: {expect_banner: 'mail.example'}})
  expect(outcome).toMatchObject({status: 'ok', reading: {tcp: {banner: '220 mail.example ESMTP'}}})
})

test('sent text goes out before the answer is waited for', async () => {
  const port = await serve((socket) => socket.pipe(socket))
  const outcome = await probe(port, {options: {send: 'hello\n', banner: true}})
  expect(outcome).toMatchObject({status: 'ok', reading: {tcp: {banner: 'hello'}}})
})

test('the wrong greeting is a mismatch that quotes it', async () => {
  const port = await serve((socket) => socket.end('554 go away'))
  const outcome = await probe(port, {options: {expect_banner: '220'}})
  expect(outcome).toMatchObject({
    status: 'failed',
    failure: {code: 'EXPECT_MISMATCH', stage: 'assert'},
    partial: {tcp: {banner: '554 go away'}},
  })
  expect(outcome.status === 'failed' && outcome.failure.message).toContain('"554 go away"')
})

const later = (action: () => unknown): void => {
  setTimeout(action, 5)
}

test.for([
  ['silence', 'TCP_SILENT', (): void => {}],
  ['a reset', 'TCP_RESET', (socket: Socket): void => later(() => socket.resetAndDestroy())],
  ['an end', 'TCP_CLOSED', (socket: Socket): void => later(() => socket.end())],
] as const)('%s where a banner is expected is %s', async ([, code, behave]) => {
  const port = await serve(behave)
  const outcome = await probe(port, {options: {banner: true}, timeout: 300})
  expect(outcome).toMatchObject({status: 'failed', failure: {code, stage: 'receive'}})
})

test('one of two addresses is enough, and the failed one is reported', async () => {
  const port = await serve(() => {})
  for (const addresses of ['race', 'any']) {
    const outcome = await probe(port, {options: {addresses}}, 'localhost')
    expect(outcome).toMatchObject({status: 'ok', reading: {address: '127.0.0.1'}})
    const reading = readingOf(outcome)
    expect(reading.phase.resolve).toBeGreaterThan(0)
    const failed = (reading.addresses ?? []).filter(({status}) => status === 'failed')
    expect(failed.map(({family, failure}) => [family, failure?.code])).toEqual(
      failed.map(() => [6, 'TCP_REFUSED']),
    )
  }
})

test("the user's abort ends the sample at once and is no failure of the target", async () => {
  const port = await serve(() => {})
  const user = new AbortController()
  const running = probe(port, {options: {banner: true}, signal: user.signal})
  await once(servers[0] ?? process, 'connection')
  user.abort()
  expect(await running).toMatchObject({status: 'failed', failure: {code: 'CANCELLED'}})
})

test('an interface that does not exist is a mistake of ours', async () => {
  const port = await serve(() => {})
  const outcome = await probe(port, {request: {interface: 'nd-no-such-if'}})
  expect(outcome).toMatchObject({status: 'failed', failure: {code: 'LOCAL_INTERFACE'}})
})

test('the loopback interface can be bound to', async () => {
  const port = await serve(() => {})
  const outcome = await probe(port, {request: {interface: 'lo'}})
  expect(outcome).toMatchObject({status: 'ok', reading: {address: '127.0.0.1'}})
})

test.for([['tcp://127.0.0.1'], ['tcp://127.0.0.1:80/path'], ['tcp://127.0.0.1:80?x=1']])(
  '%s is a mistake in the target',
  async ([url]) => {
    await expect(measureOnce(tcp, url ?? '')).rejects.toMatchObject({problems: [{code: 'USAGE_INVALID'}]})
  },
)

test.for([[{hold: 50}], [{hold: '90s'}], [{addresses: 'fastest'}], [{baner: true}], [{send: ''}]])(
  'the options %o are refused',
  ([options]) => {
    expect(tcp.schema.safeParse(options).success).toBe(false)
  },
)
