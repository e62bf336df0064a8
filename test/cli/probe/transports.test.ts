import {type Socket, createSocket} from 'node:dgram'
import {once} from 'node:events'
import {afterAll, beforeAll, expect, it} from 'vitest'
import type {ProbeResult} from '../../../src/core/probe-result.ts'
import {
  type ScriptedStun,
  encodeStun,
  scriptedStun,
  transactionOf,
  xorMapped,
} from '../../support/scripted-stun.ts'
import {probeResultSchema} from '../../../src/probes/result-schema.ts'
import {requireBundle, runProgram} from '../../support/program.ts'

let echo: Socket
let silent: Socket
let server: ScriptedStun
const places = new Map<string, string>()

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

beforeAll(async () => {
  requireBundle()
  echo = await bound()
  echo.on('message', (data, from) => echo.send(data, from.port, from.address))
  silent = await bound()
  const other = await bound()
  server = await scriptedStun((request, from) => [
    encodeStun({transaction: transactionOf(request), attributes: [xorMapped(from.address, from.port)]}),
  ])
  for (const [name, socket] of Object.entries({ECHO: echo, SILENT: silent, CLOSED: other})) {
    places.set(name, `127.0.0.1:${socket.address().port}`)
  }
  places.set('STUN', `127.0.0.1:${server.port}`)
  await new Promise<void>((resolve) => other.close(resolve))
})

afterAll(async () => {
  await server.close()
  for (const socket of [echo, silent]) await new Promise<void>((resolve) => socket.close(resolve))
})

async function probe(line: string) {
  const words = line.split(' ').map((word) => (places.get(word) ?? word).replaceAll('~', ' '))
  return runProgram(['probe', ...words])
}

it.each<[number, string]>([
  [0, 'udp ECHO --send ping --expect-reply ping'],
  [1, 'udp ECHO --send ping --expect-reply pong'],
  [1, 'udp CLOSED'],
  [0, 'udp CLOSED -e closed'],
  [1, 'udp ECHO -e closed'],
  [1, 'udp SILENT -t 100ms'],
  [0, 'udp SILENT -t 100ms -e filtered'],
  [0, 'udp SILENT -t 100ms -e code~!=~UDP_CLOSED'],
  [0, 'udp SILENT -t 100ms -e udp.state~==~open|filtered'],
  [2, 'udp ECHO --preset nts'],
  [2, 'udp 127.0.0.1'],
  [0, 'stun STUN -e stun.nat~==~false'],
  [1, 'stun CLOSED'],
  [2, 'stun STUN --second STUN --mapping'],
])('exit %i: probe %s', async (code, line) => {
  const {code: exit, stderr} = await probe(line)
  expect(exit, stderr).toBe(code)
})

it('the facts are in the JSON document', async () => {
  const {stdout} = await probe('stun STUN --json')
  const result = JSON.parse(stdout) as ProbeResult
  expect(probeResultSchema.safeParse(result).error).toBeUndefined()
  expect(result).toMatchObject({kind: 'stun', ok: true, stun: {nat: false, requests: 1}, udp: null})
  expect(result.stun?.mapped).toBe(result.stun?.local)
})
