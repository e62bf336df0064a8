/** A STUN server on loopback that answers as the test says, with its own encoder. */
import {type RemoteInfo, createSocket} from 'node:dgram'
import {once} from 'node:events'
import {crc32} from 'node:zlib'

const COOKIE = 0x2112_a442

/** The answers to send for a request; none is silence. */
export type StunScript = (request: Buffer, from: RemoteInfo) => readonly Uint8Array[]

export interface ScriptedStun {
  readonly port: number
  /** Transaction ids of what was asked. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

export async function scriptedStun(
  script: StunScript,
  address = '127.0.0.1',
  port = 0,
): Promise<ScriptedStun> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const asked: string[] = []
  socket.on('message', (request, from) => {
    asked.push(transactionOf(request).toString('hex'))
    for (const answer of script(request, from)) socket.send(answer, from.port, from.address)
  })
  socket.bind(port, address)
  await once(socket, 'listening')
  return {
    port: socket.address().port,
    asked,
    close: async () => new Promise((resolve) => socket.close(resolve)),
  }
}

export function transactionOf(request: Buffer): Buffer {
  return request.subarray(8, 20)
}

export interface StunAttribute {
  readonly type: number
  readonly value: Uint8Array
}

export interface StunReply {
  /** 0x0101 is a success, 0x0111 an error. */
  readonly type?: number
  readonly transaction: Buffer
  readonly attributes: readonly StunAttribute[]
  readonly fingerprint?: 'right' | 'wrong'
}

export function encodeStun({type = 0x0101, transaction, attributes, fingerprint}: StunReply): Buffer {
  const body = attributes.map(({type: key, value}) => {
    const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
    bytes.writeUInt16BE(key, 0)
    bytes.writeUInt16BE(value.length, 2)
    bytes.set(value, 4)
    return bytes
  })
  const length = body.reduce((sum, each) => sum + each.length, 0) + (fingerprint ? 8 : 0)
  const head = Buffer.alloc(20)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(length, 2)
  head.writeUInt32BE(COOKIE, 4)
  head.set(transaction, 8)
  const message = Buffer.concat([head, ...body])
  if (!fingerprint) return message
  const tail = Buffer.alloc(8)
  tail.writeUInt16BE(0x8028, 0)
  tail.writeUInt16BE(4, 2)
  tail.writeUInt32BE((crc32(message) ^ 0x5354_554e ^ (fingerprint === 'wrong' ? 1 : 0)) >>> 0, 4)
  return Buffer.concat([message, tail])
}

/** An address attribute; with a transaction it is XOR-MAPPED-ADDRESS. IPv4 only. */
export function addressAttribute(type: number, address: string, port: number): StunAttribute {
  const value = Buffer.alloc(8)
  value[1] = 1
  value.writeUInt16BE(port, 2)
  value.set(address.split('.').map(Number), 4)
  return {type, value}
}

export function xorMapped(address: string, port: number): StunAttribute {
  const {value} = addressAttribute(0x0020, address, port ^ (COOKIE >>> 16))
  const plain = Buffer.from(value)
  plain.writeUInt32BE((plain.readUInt32BE(4) ^ COOKIE) >>> 0, 4)
  return {type: 0x0020, value: plain}
}

export function errorAttribute(code: number, reason: string): StunAttribute {
  return {
    type: 0x0009,
    value: Buffer.concat([Buffer.from([0, 0, Math.floor(code / 100), code % 100]), Buffer.from(reason)]),
  }
}
