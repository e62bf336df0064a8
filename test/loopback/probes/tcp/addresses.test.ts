import {once} from 'node:events'
import {type Server, createServer} from 'node:net'
import {afterEach, expect, test} from 'vitest'
import {openPorts} from '../../../../src/app/ports.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import type {DialRequest, DialResult, Ports, ResolvedAddress} from '../../../../src/core/ports.ts'
import {tcp} from '../../../../src/probes/tcp/probe.ts'
import {measureOnce} from '../../../support/measure-once.ts'

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function serve(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {}).resume())
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

const SIX: ResolvedAddress = {address: '::1', family: 6}
const FOUR: ResolvedAddress = {address: '127.0.0.1', family: 4}
const OTHER: ResolvedAddress = {address: '127.0.0.2', family: 4}
/** Never answers; nothing is sent to it. */
const DEAD: ResolvedAddress = {address: '192.0.2.9', family: 4}

async function silent({signal}: DialRequest): Promise<DialResult> {
  if (!signal.aborted) await once(signal, 'abort')
  return {status: 'aborted', took: 0}
}

/** A name with these addresses. */
async function probe(
  port: number,
  addresses: readonly ResolvedAddress[],
  which: string,
  timeout = 1000,
): Promise<Outcome> {
  const {resolver, dial} = openPorts(1)
  const ports: Partial<Ports> = {
    resolver: {...resolver, lookup: async () => Promise.resolve(addresses)},
    dial: {tcp: async (request) => (request.address === DEAD.address ? silent(request) : dial.tcp(request))},
  }
  const options = {addresses: which, hold: '10ms'}
  return measureOnce(tcp, `tcp://several.example:${port}`, {ports, options, timeout})
}

test('all: one refused address fails the sample and is named', async () => {
  const outcome = await probe(await serve(), [SIX, FOUR], 'all')
  expect(outcome).toMatchObject({
    status: 'failed',
    failure: {code: 'TCP_REFUSED'},
    partial: {
      address: '::1',
      addresses: [
        {...SIX, status: 'failed'},
        {...FOUR, status: 'ok'},
      ],
    },
  })
  expect(outcome.status === 'failed' && outcome.failure.message).toContain('1 of 2 addresses failed: ::1')
})

test('all: a dead address is named, and does not keep the others from being seen', async () => {
  const outcome = await probe(await serve(), [FOUR, DEAD], 'all', 300)
  expect(outcome).toMatchObject({
    status: 'failed',
    failure: {code: 'TCP_TIMEOUT'},
    partial: {
      address: DEAD.address,
      addresses: [{status: 'ok'}, {status: 'failed', failure: {code: 'TCP_TIMEOUT'}}],
    },
  })
  expect(outcome.status === 'failed' && outcome.failure.message).toContain('failed: 192.0.2.9')
})

test('all: every address that answers is a success, with the slowest round trip', async () => {
  const port = await serve()
  const second = createServer((socket) => socket.on('error', () => {}).resume())
  servers.push(second)
  second.listen(port, OTHER.address)
  await once(second, 'listening')
  const outcome = await probe(port, [FOUR, OTHER], 'all')
  const reading = outcome.status === 'ok' ? outcome.reading : undefined
  const took = reading?.addresses?.map((each) => each.took ?? 0) ?? []
  expect(took).toHaveLength(2)
  expect(reading?.rtt).toBe(Math.max(...took))
})

test('all: a reset after the accept counts against its address', async () => {
  const port = await serve()
  const second = createServer((socket) => socket.resetAndDestroy())
  servers.push(second)
  second.listen(port, OTHER.address)
  await once(second, 'listening')
  expect(await probe(port, [FOUR, OTHER], 'all')).toMatchObject({
    status: 'failed',
    failure: {code: 'TCP_RESET'},
    partial: {
      addresses: [
        {...FOUR, status: 'ok'},
        {...OTHER, status: 'failed'},
      ],
    },
  })
})

test('any: the next address is tried after a failure', async () => {
  expect(await probe(await serve(), [SIX, FOUR], 'any')).toMatchObject({
    status: 'ok',
    reading: {address: '127.0.0.1', addresses: [{status: 'failed'}, {status: 'ok'}]},
  })
})

test('first: the others are not tried', async () => {
  expect(await probe(await serve(), [SIX, FOUR], 'first')).toMatchObject({
    status: 'failed',
    failure: {code: 'TCP_REFUSED'},
    partial: {
      addresses: [
        {...SIX, status: 'failed'},
        {...FOUR, status: 'not-tried'},
      ],
    },
  })
})

test('race: the second attempt starts after the fallback delay, and wins over a dead address', async () => {
  const outcome = await probe(await serve(), [DEAD, FOUR], 'race')
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {
      address: '127.0.0.1',
      addresses: [
        {...DEAD, status: 'cancelled'},
        {...FOUR, status: 'ok'},
      ],
    },
  })
  const reading = outcome.status === 'ok' ? outcome.reading : undefined
  expect(reading?.addresses?.[1]?.startedAfter).toBeGreaterThanOrEqual(249)
  expect(reading?.phase.connect).toBeGreaterThanOrEqual(249)
  expect(reading?.rtt).toBeLessThan(reading?.phase.connect ?? 0)
})
