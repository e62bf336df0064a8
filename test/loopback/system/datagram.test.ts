import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {afterEach, expect, test} from 'vitest'
import type {DatagramMessage, DatagramRequest, DatagramSocket, NetError} from '../../../src/core/ports.ts'
import {systemDatagram} from '../../../src/system/datagram.ts'

const open: {close(): unknown}[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

async function peer(): Promise<{port: number; socket: ReturnType<typeof createSocket>}> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  open.push(socket)
  return {port: socket.address().port, socket}
}

async function openSocket(request: Partial<DatagramRequest>): Promise<DatagramSocket> {
  const socket = await systemDatagram.open({family: 4, ...request})
  if ('code' in socket) throw new Error(socket.message)
  open.push(socket)
  return socket
}

async function message(socket: DatagramSocket): Promise<DatagramMessage> {
  return new Promise((resolve) => socket.onMessage(resolve))
}

test('an unconnected socket sends anywhere and tells who answered', async () => {
  const {port, socket: server} = await peer()
  server.on('message', (data, from) => server.send(data, from.port, from.address))
  const socket = await openSocket({})
  const answer = message(socket)
  expect(await socket.send(Buffer.from('ping'), {address: '127.0.0.1', port})).toBeNull()
  expect(await answer).toMatchObject({data: Buffer.from('ping'), from: {address: '127.0.0.1', port}})
})

test('a connected socket hears that the port is closed', async () => {
  const {port, socket: server} = await peer()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  open.pop()
  const socket = await openSocket({connect: {address: '127.0.0.1', port}})
  const error = new Promise<NetError>((resolve) => socket.onError(resolve))
  expect(await socket.send(Buffer.from('x'))).toBeNull()
  expect((await error).code).toBe('ECONNREFUSED')
})

test('a connected socket does not hear strangers unless asked to', async () => {
  const {port, socket: server} = await peer()
  const {port: strangerPort, socket: stranger} = await peer()
  for (const strangers of [false, true]) {
    const socket = await openSocket({connect: {address: '127.0.0.1', port}, strangers})
    const heard: number[] = []
    const expected = (strangers ? [port, strangerPort] : [port]).toSorted((a, b) => a - b)
    const complete = new Promise<void>((resolve) => {
      socket.onMessage(({from}) => {
        heard.push(from.port)
        if (heard.length === expected.length) resolve()
      })
    })
    const {port: own} = socket.local
    await new Promise((resolve) => stranger.send('stranger', own, '127.0.0.1', resolve))
    await new Promise((resolve) => server.send('peer', own, '127.0.0.1', resolve))
    await complete
    expect(heard.toSorted((a, b) => a - b)).toEqual(expected)
    socket.close()
  }
})

test('a source address that is not ours fails in bind', async () => {
  expect(await systemDatagram.open({family: 4, source: '192.0.2.77'})).toMatchObject({
    code: 'EADDRNOTAVAIL',
    syscall: 'bind',
  })
})

test('an address of the wrong family is refused', async () => {
  expect(await systemDatagram.open({family: 4, connect: {address: '::1', port: 9}})).toMatchObject({
    code: 'ERR_INVALID_IP_ADDRESS',
  })
})

test('closing twice is harmless, and sending afterwards is an error value', async () => {
  const socket = await openSocket({})
  socket.close()
  socket.close()
  expect(await socket.send(Buffer.from('x'), {address: '127.0.0.1', port: 9})).toMatchObject({
    code: 'ERR_SOCKET_DGRAM_NOT_RUNNING',
  })
})

test.each([
  {family: 4, address: '127.0.0.1'},
  {family: 6, address: '::1'},
] as const)(
  'an explained socket that sends to closed ports without pause hears of them over IPv$family',
  async ({family, address}) => {
    for (const burst of [1, 2, 3, 4]) {
      const socket = await openSocket({family, explain: true})
      const heard = new Promise<NetError>((resolve) => socket.onError(resolve))
      // What the first meets is told to the second, which is sent all the same.
      const sent = Array.from({length: burst}, async () => socket.send(Buffer.from('x'), {address, port: 1}))
      expect(await Promise.all(sent)).toEqual(sent.map(() => null))
      expect(await heard).toMatchObject({code: 'ECONNREFUSED', icmp: {from: address}})
      // And to send again at once is no harm.
      const again = new Promise<NetError>((resolve) => socket.onError(resolve))
      await socket.send(Buffer.from('x'), {address, port: 1})
      expect(await again).toMatchObject({code: 'ECONNREFUSED'})
      socket.close()
    }
  },
)
