import {once} from 'node:events'
import {type Server, type Socket, createServer} from 'node:net'
import {afterEach, expect, test} from 'vitest'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {tcp} from '../../../../src/probes/tcp/probe.ts'
import {measureOnce} from '../../../support/measure-once.ts'

const servers: Server[] = []
const accepted: Socket[] = []

afterEach(async () => {
  for (const socket of accepted.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

/** Says the greeting, then for each line that comes the next answer; `null` ends the connection. */
async function serve(greeting: string | null, answers: readonly (string | null)[] = []): Promise<number> {
  const server = createServer((socket) => {
    const left = [...answers]
    accepted.push(socket)
    socket.on('error', () => {})
    socket.on('data', () => {
      const answer = left.shift()
      if (answer === null) socket.end()
      else if (answer !== undefined) socket.write(answer)
    })
    if (greeting !== null) socket.write(greeting)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

async function converse(
  port: number,
  dialogue: readonly Readonly<Record<string, unknown>>[],
  timeout = 3000,
): Promise<Outcome> {
  return measureOnce(tcp, `tcp://127.0.0.1:${port}`, {options: {dialogue}, timeout})
}

const EHLO = [
  {expect: '^220 (?<host>\\S+)'},
  {send: 'EHLO x\r\n'},
  {expect: '^250 (.*)$', capture: 'last'},
] as const

test('every step is taken in turn, lines of several are read to their end, and groups are captured', async () => {
  const port = await serve('220 mail.example ESMTP\r\n', ['250-mail.example\r\n250-SIZE 1\r\n250 OK\r\n'])
  const outcome = await converse(port, EHLO)
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {
      phase: {wait: expect.any(Number) as number},
      tcp: {
        banner: '220 mail.example ESMTP',
        dialogue: {done: 3, of: 3, captures: {host: 'mail.example', last: 'OK'}},
      },
    },
  })
})

test('a line that comes in pieces is matched whole, and one without an end when nothing more comes', async () => {
  const port = await serve(null, [])
  servers[0]?.on('connection', (socket: Socket) => {
    socket.write('220 ma', () => setImmediate(() => socket.write('il.example\r\nlogin: ')))
  })
  const outcome = await converse(port, [{expect: '^220 (\\S+)', capture: 'host'}, {expect: 'login: $'}])
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {tcp: {dialogue: {done: 2, captures: {host: 'mail.example'}}}},
  })
})

test('octets are expected and sent as they are', async () => {
  const port = await serve('\u0000\u0001abc', ['\u0002'])
  const dialogue = [{expect_bytes: 'hex:0001'}, {send: 'hex:ff'}, {expect_bytes: 'c\u0002'}]
  expect(await converse(port, dialogue)).toMatchObject({
    status: 'ok',
    reading: {tcp: {dialogue: {done: 3, of: 3}}},
  })
})

const GREETING = '220 mail.example\r\n'

test.for([
  [
    'the first step, by another greeting',
    '554 no\r\n',
    [],
    'EXPECT_MISMATCH',
    /step 1 of 3 .*\/\^220.*sent "554 no"/,
  ],
  [
    'the third step, by another answer',
    GREETING,
    ['500 what?\r\n'],
    'EXPECT_MISMATCH',
    /step 3 of 3 .*sent "500 what\?"/,
  ],
  ['the third step, by silence', GREETING, [], 'TCP_SILENT', /step 3 of 3 .*sent nothing within/],
  ['the third step, by an end', GREETING, [null], 'TCP_CLOSED', /step 3 of 3 .*closed the connection/],
  ['the first step, by silence', null, [], 'TCP_SILENT', /step 1 of 3/],
] as const)('a failure names %s', async ([, greeting, answers, code, says]) => {
  const outcome = await converse(await serve(greeting, answers), EHLO, 250)
  expect(outcome).toMatchObject({status: 'failed', failure: {code}})
  expect(outcome.status === 'failed' && outcome.failure.message).toMatch(says)
})

test('secrets are neither captured nor quoted', async () => {
  const port = await serve('token abcd1234\r\n', ['got hunter22 and abcd1234\r\n'])
  const outcome = await converse(
    port,
    [
      {expect: 'token (\\w+)', capture: 'token', secret: true},
      {send: 'PASS hunter22\r\n', secret: true},
      {expect: 'never'},
    ],
    250,
  )
  expect(outcome).toMatchObject({
    status: 'failed',
    failure: {code: 'EXPECT_MISMATCH'},
    partial: {tcp: {dialogue: {done: 2, captures: {token: '[redacted]'}}}},
  })
  expect(JSON.stringify(outcome)).not.toMatch(/hunter22|abcd1234/)
})

test('control characters of the server are not repeated', async () => {
  const outcome = await converse(await serve('\u001B]0;title\u0007x\r\n'), [{expect: '^220'}], 250)
  expect(JSON.stringify(outcome)).not.toContain('\\u001b')
})

test.for([
  [[]],
  [[{expect: '('}]],
  [[{expect: 'a', send: 'b'}]],
  [[{send: 'hex:0'}]],
  [[{expect: 'a', capture: '1x'}]],
] as const)('%j is no dialogue', ([dialogue]) => {
  expect(tcp.schema.safeParse({dialogue}).success).toBe(false)
})

test('a dialogue takes the place of send and banner', async () => {
  const options = {dialogue: [{expect: 'a'}], banner: true}
  await expect(measureOnce(tcp, 'tcp://127.0.0.1:1', {options})).rejects.toMatchObject({
    problems: [{code: 'USAGE_INVALID'}],
  })
})
