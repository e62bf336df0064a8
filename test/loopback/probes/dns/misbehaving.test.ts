import {afterEach, expect, test} from 'vitest'
import type {FailureCode} from '../../../../src/core/codes/index.ts'
import type {DnsFacts} from '../../../../src/core/facts.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {dns} from '../../../../src/probes/dns/probe.ts'
import {address, readQuery, u16, wireReply} from '../../../support/dns-wire.ts'
import {type MeasureSetup, measureOnce} from '../../../support/measure-once.ts'
import {type DnsScript, type ScriptedDns, framed, scriptedDns} from '../../../support/scripted-dns.ts'

const ANSWER = 0x8180
const TC = 0x0200
let server: ScriptedDns | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

async function ask(script: DnsScript, setup: MeasureSetup = {}): Promise<Outcome> {
  server = await scriptedDns(script)
  return measureOnce(dns, `dns://127.0.0.1:${server.port}/host.example`, {timeout: 400, ...setup})
}

function factsOf(outcome: Outcome): DnsFacts {
  const facts = outcome.status === 'ok' ? outcome.reading.dns : undefined
  if (!facts) throw new Error(JSON.stringify(outcome))
  return facts
}

const record = {name: 'host.example', type: 1, data: address('192.0.2.7')}

const good = (query: Buffer): Buffer =>
  wireReply({...readQuery(query), bits: ANSWER, answer: [{...record, ttl: 300}]})
const wrongId = (query: Buffer): Buffer => {
  const {id, question} = readQuery(query)
  return wireReply({id: id ^ 1, question, bits: ANSWER, answer: [record]})
}
const wrongQuestion = (query: Buffer): Buffer => {
  const {id, question} = readQuery(query)
  const other = Buffer.from(question)
  other.write('HOSX', 1)
  return wireReply({id, question: other, bits: ANSWER, answer: [record]})
}
const truncated = (query: Buffer): Buffer => wireReply({...readQuery(query), bits: ANSWER | TC})
const rcode =
  (value: number) =>
  (query: Buffer): Buffer =>
    wireReply({...readQuery(query), bits: ANSWER | value})
/** A header that answers, then a compression pointer to itself. */
const broken = (query: Buffer): Buffer =>
  Buffer.concat([u16(readQuery(query).id), u16(ANSWER), u16(1), u16(0), u16(0), u16(0), Buffer.of(0xc0, 12)])

test('a plain answer gives every fact', async () => {
  const outcome = await ask({udp: (query) => [good(query)]})
  expect(factsOf(outcome)).toEqual({
    rcode: 'NOERROR',
    question: {name: 'host.example.', type: 'A', class: 'IN'},
    answers: ['192.0.2.7'],
    ttl: 300,
    flags: ['rd', 'ra'],
    ad: false,
    serial: null,
    resolver: `127.0.0.1:${server?.port ?? 0}`,
    transport: 'udp',
    truncated: false,
    rejected: 0,
    sections: {
      answer: [{name: 'host.example.', type: 'A', class: 'IN', ttl: 300, data: '192.0.2.7'}],
      authority: [],
      additional: [],
    },
    bytes: 58,
  })
})

test('forged answers before the true one are thrown away and counted', async () => {
  const outcome = await ask({
    udp: (query) => [wrongId(query), wrongQuestion(query), Buffer.from('garbage'), query, good(query)],
  })
  expect(factsOf(outcome)).toMatchObject({answers: ['192.0.2.7'], rejected: 4})
})

test('a right answer from the wrong source is not taken', async () => {
  const outcome = await ask({strangers: (query) => [good(query)]})
  expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_MISMATCH'}})
  expect(outcome.status === 'failed' && outcome.failure.message).toContain('another source')
})

const FAILURES: readonly (readonly [string, FailureCode, DnsScript])[] = [
  ['silence', 'DNS_TIMEOUT', {}],
  ['only wrong ids', 'DNS_MISMATCH', {udp: (query) => [wrongId(query), wrongId(query)]}],
  ['only wrong questions', 'DNS_MISMATCH', {udp: (query) => [wrongQuestion(query)]}],
  ['our own query back', 'DNS_MISMATCH', {udp: (query) => [query]}],
  [
    'no question with NOERROR',
    'DNS_MISMATCH',
    {udp: (query) => [wireReply({...readQuery(query), question: Buffer.of(), bits: ANSWER})]},
  ],
  ['garbage that is no message', 'DNS_MALFORMED', {udp: () => [Buffer.from('hello')]}],
  ['a pointer to itself', 'DNS_MALFORMED', {udp: (query) => [broken(query)]}],
  ['a record cut in the middle', 'DNS_MALFORMED', {udp: (query) => [good(query).subarray(0, -2)]}],
  [
    'an address of three octets',
    'DNS_MALFORMED',
    {
      udp: (query) => [
        wireReply({...readQuery(query), bits: ANSWER, answer: [{...record, data: Buffer.of(1, 2, 3)}]}),
      ],
    },
  ],
  ['NXDOMAIN', 'DNS_NXDOMAIN', {udp: (query) => [rcode(3)(query)]}],
  ['SERVFAIL', 'DNS_SERVFAIL', {udp: (query) => [rcode(2)(query)]}],
  ['REFUSED', 'DNS_REFUSED', {udp: (query) => [rcode(5)(query)]}],
  ['FORMERR', 'DNS_FORMERR', {udp: (query) => [rcode(1)(query)]}],
  [
    'FORMERR without a question',
    'DNS_FORMERR',
    {udp: (query) => [wireReply({...readQuery(query), question: Buffer.of(), bits: ANSWER | 1})]},
  ],
  ['NOTIMP', 'DNS_NOTIMP', {udp: (query) => [rcode(4)(query)]}],
  ['YXDOMAIN', 'DNS_RCODE', {udp: (query) => [rcode(6)(query)]}],
  ['NOERROR without answers', 'DNS_NODATA', {udp: (query) => [rcode(0)(query)]}],
  ['truncated, and TCP closed', 'DNS_TRUNCATED', {udp: (query) => [truncated(query)]}],
  ['truncated, and TCP silent', 'DNS_TRUNCATED', {udp: (query) => [truncated(query)], tcp: () => {}}],
  [
    'truncated, and TCP ends',
    'DNS_TRUNCATED',
    {udp: (query) => [truncated(query)], tcp: (_query, socket) => void socket.end()},
  ],
]

test.for(FAILURES)('%s is %s', async ([, code, script]) => {
  const outcome = await ask(script)
  expect(outcome).toMatchObject({status: 'failed', failure: {code, stage: 'resolve'}})
})

test('a truncated answer is asked for again over TCP', async () => {
  const outcome = await ask({
    udp: (query) => [truncated(query)],
    // In three pieces: a frame is not a segment.
    tcp: (query, socket) => {
      const bytes = framed(good(query))
      socket.setNoDelay(true)
      socket.write(bytes.subarray(0, 1))
      setTimeout(() => socket.write(bytes.subarray(1, 20)), 3)
      setTimeout(() => socket.write(bytes.subarray(20)), 6)
    },
  })
  expect(factsOf(outcome)).toMatchObject({transport: 'tcp', truncated: true, answers: ['192.0.2.7']})
  expect(server?.asked).toEqual({udp: 1, tcp: 1})
})

test('with transport udp a truncated answer is taken as it is', async () => {
  const cut = (query: Buffer): Buffer => wireReply({...readQuery(query), bits: ANSWER | TC, answer: [record]})
  const outcome = await ask({udp: (query) => [cut(query)]}, {options: {transport: 'udp'}})
  expect(factsOf(outcome)).toMatchObject({transport: 'udp', truncated: false, flags: ['tc', 'rd', 'ra']})
})

test('with transport tcp nothing goes over UDP, and wrong ids are rejected there too', async () => {
  const outcome = await ask(
    {tcp: (query, socket) => void socket.write(Buffer.concat([framed(wrongId(query)), framed(good(query))]))},
    {options: {transport: 'tcp'}},
  )
  expect(factsOf(outcome)).toMatchObject({transport: 'tcp', truncated: false, rejected: 1})
  expect(server?.asked).toEqual({udp: 0, tcp: 1})
})

const TCP_FAILURES: readonly (readonly [string, FailureCode, DnsScript])[] = [
  ['a closed TCP port', 'DNS_PORT_CLOSED', {}],
  ['silence', 'DNS_TIMEOUT', {tcp: () => {}}],
  ['an end', 'TCP_CLOSED', {tcp: (_query, socket) => void socket.end()}],
  ['a reset', 'TCP_RESET', {tcp: (_query, socket) => void socket.resetAndDestroy()}],
  [
    'an end in mid-message',
    'DNS_MALFORMED',
    {tcp: (query, socket) => void socket.end(framed(good(query)).subarray(0, 20))},
  ],
  ['a broken message', 'DNS_MALFORMED', {tcp: (query, socket) => void socket.write(framed(broken(query)))}],
]

test.for(TCP_FAILURES)('over TCP, %s is %s', async ([, code, script]) => {
  const outcome = await ask(script, {options: {transport: 'tcp'}})
  expect(outcome).toMatchObject({status: 'failed', failure: {code}})
})

test('the facts of a negative answer are kept', async () => {
  const soa = Buffer.concat([
    Buffer.from([1, 97, 0, 1, 98, 0]),
    ...[42, 1, 2, 3, 4].map((value) => Buffer.concat([u16(0), u16(value)])),
  ])
  const outcome = await ask({
    udp: (query) => [
      wireReply({
        ...readQuery(query),
        bits: ANSWER | 0x0400 | 3,
        authority: [{name: 'example', type: 6, data: soa}],
      }),
    ],
  })
  expect(outcome).toMatchObject({
    status: 'failed',
    failure: {code: 'DNS_NXDOMAIN', cause: 'NXDOMAIN'},
    partial: {dns: {rcode: 'NXDOMAIN', flags: ['aa', 'rd', 'ra'], serial: 42, ttl: null}},
  })
})

test('an extended error explains a SERVFAIL', async () => {
  const text = Buffer.from('no luck')
  const option = Buffer.concat([u16(15), u16(2 + text.length), u16(6), text])
  const outcome = await ask({
    udp: (query) => [
      wireReply({
        ...readQuery(query),
        bits: ANSWER | 2,
        additional: [{name: '', type: 41, class: 1232, ttl: 0, data: option}],
      }),
    ],
  })
  expect(outcome.status === 'failed' && outcome.failure.message).toContain('DNSSEC bogus (6): no luck')
})

test('the upper bits of the rcode come from EDNS', async () => {
  const outcome = await ask({
    udp: (query) => [
      wireReply({
        ...readQuery(query),
        bits: ANSWER,
        additional: [{name: '', type: 41, class: 1232, ttl: 0x01_00_00_00, data: Buffer.of()}],
      }),
    ],
  })
  expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_RCODE', cause: 'BADVERS'}})
})

test("the user's abort is told from the resolver's silence", async () => {
  const user = new AbortController()
  const outcome = await ask(
    {
      udp: () => {
        user.abort()
        return []
      },
    },
    {signal: user.signal},
  )
  expect(outcome).toMatchObject({status: 'failed', failure: {code: 'CANCELLED'}})
})

test('a closed UDP port is seen at once', async () => {
  const gone = await scriptedDns({})
  await gone.close()
  const outcome = await measureOnce(dns, `dns://127.0.0.1:${gone.port}/host.example`, {timeout: 5000})
  expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_PORT_CLOSED', cause: 'ECONNREFUSED'}})
  expect(outcome.status === 'failed' && outcome.took).toBeLessThan(4000)
})

test('a resolver may be named, and its addresses are tried in order', async () => {
  server = await scriptedDns({udp: (query) => [good(query)]})
  const outcome = await measureOnce(dns, `dns://localhost:${server.port}/host.example`, {timeout: 2000})
  expect(factsOf(outcome).resolver).toBe(`127.0.0.1:${server.port}`)
  expect(outcome.status === 'ok' && outcome.reading.phase.resolve).toBeGreaterThan(0)
})
