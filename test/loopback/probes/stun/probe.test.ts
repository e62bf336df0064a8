import {once} from 'node:events'
import {createServer} from 'node:net'
import {afterEach, expect, test} from 'vitest'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {stun} from '../../../../src/probes/stun/probe.ts'
import {type MeasureSetup, measureOnce} from '../../../support/measure-once.ts'
import {
  type ScriptedStun,
  type StunAttribute,
  type StunScript,
  addressAttribute,
  encodeStun,
  errorAttribute,
  scriptedStun,
  transactionOf,
  xorMapped,
} from '../../../support/scripted-stun.ts'

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serve(script: StunScript, address?: string, port?: number): Promise<ScriptedStun> {
  const server = await scriptedStun(script, address, port)
  closers.push(server.close)
  return server
}

async function probe(port: number, setup: MeasureSetup = {}): Promise<Outcome> {
  return measureOnce(stun, `stun://127.0.0.1:${port}`, setup)
}

/** What an honest server says. */
const honest: StunScript = (request, from) => [
  encodeStun({
    transaction: transactionOf(request),
    attributes: [xorMapped(from.address, from.port), {type: 0x8022, value: Buffer.from('fake 1.0')}],
    fingerprint: 'right',
  }),
]

/** A server behind a NAT, or one that lies about the port. */
function lying(offset: number): StunScript {
  return (request, from) => [
    encodeStun({
      transaction: transactionOf(request),
      attributes: [xorMapped('198.51.100.7', from.port + offset)],
    }),
  ]
}

function saying(type: number, ...attributes: readonly StunAttribute[]): StunScript {
  return (request) => [encodeStun({type, transaction: transactionOf(request), attributes})]
}

test('an honest server: mapped is local, no NAT, round trip', async () => {
  const {port} = await serve(honest)
  const outcome = await probe(port)
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {
      address: '127.0.0.1',
      port,
      rtt: expect.any(Number) as number,
      stun: {
        nat: false,
        mapping: null,
        requests: 1,
        ignored: 0,
        software: 'fake 1.0',
        legacy: false,
        others: [],
      },
    },
  })
  const facts = outcome.status === 'ok' ? outcome.reading.stun : undefined
  expect(facts?.mapped).toBe(facts?.local)
})

test('another address than the local one is a NAT', async () => {
  const {port} = await serve(lying(0))
  expect(await probe(port)).toMatchObject({
    status: 'ok',
    reading: {stun: {nat: true, mapped: expect.stringMatching(/^198\.51\.100\.7:\d+$/) as string}},
  })
})

test.for([
  ['the same to both', '127.0.0.2', 0, 'endpoint-independent'],
  ['another port to another address', '127.0.0.2', 1, 'address-dependent'],
  ['another port to another port', '127.0.0.1', 1, 'address-and-port-dependent'],
  ['the same to another port', '127.0.0.1', 0, null],
] as const)('%s is the mapping', async ([, address, offset, mapping]) => {
  const first = await serve(lying(0))
  const second = await serve(lying(offset), address)
  const outcome = await probe(first.port, {options: {second: `${address}:${second.port}`}})
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {stun: {mapping, requests: 2, others: [{server: `${address}:${second.port}`}]}},
  })
  expect(first.asked[0]).not.toBe(second.asked[0])
})

test("the server's own second address tells the mapping fully", async () => {
  const otherAddress = await serve(lying(1), '127.0.0.3')
  const otherPort = await serve(lying(2), '127.0.0.3')
  const {port} = await serve(
    (request, from) => [
      encodeStun({
        transaction: transactionOf(request),
        attributes: [
          xorMapped('198.51.100.7', from.port),
          addressAttribute(0x802c, '127.0.0.3', otherPort.port),
        ],
      }),
    ],
    '127.0.0.1',
    otherAddress.port,
  )
  expect(await probe(port, {options: {mapping: true}})).toMatchObject({
    status: 'ok',
    reading: {stun: {mapping: 'address-and-port-dependent', requests: 3}},
  })
})

test('a server without a second address says so', async () => {
  const {port} = await serve(honest)
  expect(await probe(port, {options: {mapping: true}})).toMatchObject({
    status: 'failed',
    failure: {code: 'STUN_NO_OTHER_ADDRESS'},
    partial: {stun: {mapping: null, nat: false}},
  })
})

test('a silent second server fails the sample and is named; what the first one said stays', async () => {
  const first = await serve(honest)
  const second = await serve(() => [], '127.0.0.2')
  const outcome = await probe(first.port, {options: {second: `127.0.0.2:${second.port}`}, timeout: 300})
  expect(outcome).toMatchObject({
    status: 'failed',
    failure: {code: 'STUN_NO_REPLY'},
    partial: {stun: {nat: false, mapping: null, others: [{mapped: null}]}},
  })
  expect(outcome.status === 'failed' && outcome.failure.message).toMatch(/second server.*127\.0\.0\.2/)
})

test.for([
  [300, 'STUN_TRY_ALTERNATE', [addressAttribute(0x8023, '192.0.2.9', 3478)], /ask 192\.0\.2\.9:3478/],
  [401, 'STUN_UNAUTHORIZED', [], /answered 401 why/],
  [420, 'STUN_UNKNOWN_ATTRIBUTE', [{type: 0x000a, value: Buffer.from([0, 3])}], /0x0003/],
  [500, 'STUN_ERROR_RESPONSE', [], /answered 500 why/],
] as const)('the error response %i is %s', async ([number, code, more, says]) => {
  const {port} = await serve(saying(0x0111, errorAttribute(number, 'why'), ...more))
  const outcome = await probe(port)
  expect(outcome).toMatchObject({
    status: 'failed',
    failure: {code, cause: String(number)},
    partial: {stun: {error: number, mapped: null}},
  })
  expect(outcome.status === 'failed' && outcome.failure.message).toMatch(says)
})

test.for([
  ['an echo of the request', (request: Buffer) => [request], /our own request/],
  ['text', () => [Buffer.from('hello')], /octets only/],
  ['a success without an address', saying(0x0101), /lacks the mapped address/],
  ['an error without a code', saying(0x0111), /lacks its error code/],
  ['another method', saying(0x0103, xorMapped('192.0.2.1', 1)), /does not answer a binding request/],
  [
    'an attribute that has to be understood',
    saying(0x0101, xorMapped('192.0.2.1', 1), {type: 0x7777, value: Buffer.alloc(0)}),
    /0x7777/,
  ],
] as const)('%s is malformed', async ([, script, says]) => {
  const {port} = await serve(script)
  const outcome = await probe(port)
  expect(outcome).toMatchObject({status: 'failed', failure: {code: 'STUN_MALFORMED'}})
  expect(outcome.status === 'failed' && outcome.failure.message).toMatch(says)
})

test('an answer to another transaction is ignored and counted', async () => {
  const {port} = await serve((request, from) => [
    encodeStun({transaction: Buffer.alloc(12, 1), attributes: [xorMapped('192.0.2.66', 66)]}),
    ...honest(request, from),
  ])
  expect(await probe(port)).toMatchObject({status: 'ok', reading: {stun: {nat: false, ignored: 1}}})
})

test('a server of the time of RFC 3489 is understood', async () => {
  const {port} = await serve(saying(0x0101, addressAttribute(0x0001, '192.0.2.5', 5)))
  expect(await probe(port)).toMatchObject({
    status: 'ok',
    reading: {stun: {legacy: true, mapped: '192.0.2.5:5', nat: true}},
  })
})

test('a lost request is repeated on demand, with the same transaction', async () => {
  let count = 0
  const server = await serve((request, from) => (++count === 1 ? [] : honest(request, from)))
  const outcome = await probe(server.port, {options: {retransmit: true}})
  expect(outcome).toMatchObject({status: 'ok', reading: {stun: {requests: 2}}})
  expect(server.asked[0]).toBe(server.asked[1])
})

test('silence without a look over TCP is no reply', async () => {
  const {port} = await serve(() => [])
  expect(await probe(port, {timeout: 150})).toMatchObject({
    status: 'failed',
    failure: {code: 'STUN_NO_REPLY'},
    partial: {stun: {mapped: null, tcp: null}},
  })
})

test('silence while TCP is accepted means that UDP is blocked', async () => {
  const tcp = createServer((socket) => socket.on('error', () => {}).end())
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  closers.push(async () => new Promise((resolve) => tcp.close(resolve)))
  const address = tcp.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await serve(() => [], '127.0.0.1', port)
  const outcome = await probe(port, {timeout: 400, options: {tcp: true}})
  expect(outcome).toMatchObject({
    status: 'failed',
    failure: {code: 'STUN_UDP_BLOCKED', retry: 'fallback'},
    partial: {stun: {tcp: `127.0.0.1:${port}`}},
  })
})

test('a closed port is closed', async () => {
  const server = await serve(honest)
  await closers.pop()?.()
  expect(await probe(server.port, {options: {tcp: true}})).toMatchObject({failure: {code: 'UDP_CLOSED'}})
})

test('the default port is 3478, and mistakes are told', async () => {
  await expect(measureOnce(stun, 'stun://127.0.0.1/x')).rejects.toMatchObject({
    problems: [{code: 'USAGE_INVALID'}],
  })
  for (const options of [{second: 'a b'}, {second: '127.0.0.1', mapping: true}]) {
    await expect(measureOnce(stun, 'stun://127.0.0.1', {options})).rejects.toMatchObject({
      problems: [{code: 'USAGE_INVALID'}],
    })
  }
})
