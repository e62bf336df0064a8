/** A DNS server on loopback that answers as the test says: UDP and TCP on one port. */
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {type Socket, createServer} from 'node:net'

export interface DnsScript {
  /** The datagrams to send for a query; absent: silence. */
  readonly udp?: (query: Buffer) => readonly Uint8Array[]
  /** Answers that another port sends for the same query. */
  readonly strangers?: (query: Buffer) => readonly Uint8Array[]
  /** What is written to a TCP connection for a query; absent: nobody listens on TCP. */
  readonly tcp?: (query: Buffer, socket: Socket) => void
}

export interface DnsPlace {
  /** Any address of loopback. */
  readonly address?: string
  readonly port?: number
}

export interface ScriptedDns {
  readonly port: number
  readonly asked: {readonly udp: number; readonly tcp: number}
  close(): Promise<void>
}

export async function scriptedDns(script: DnsScript, at: DnsPlace = {}): Promise<ScriptedDns> {
  for (;;) {
    const server = await tryToServe(script, at)
    if (server) return server
  }
}

/** Null when the UDP port's number is taken on TCP: another one is tried. */
async function tryToServe(script: DnsScript, at: DnsPlace): Promise<ScriptedDns | null> {
  const asked = {udp: 0, tcp: 0}
  const udp = createSocket('udp4')
  const stranger = createSocket('udp4')
  const address = at.address ?? '127.0.0.1'
  udp.bind(at.port ?? 0, address)
  await once(udp, 'listening')
  const {port} = udp.address()
  udp.on('message', (query, from) => {
    asked.udp++
    for (const each of script.strangers?.(query) ?? []) stranger.send(each, from.port, from.address)
    for (const each of script.udp?.(query) ?? []) udp.send(each, from.port, from.address)
  })
  const sockets = new Set<Socket>()
  const tcp = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', (data) => {
      asked.tcp++
      script.tcp?.(data.subarray(2), socket)
    })
  })
  const closeUdp = (): void => {
    udp.close()
    stranger.close()
  }
  if (script.tcp) {
    tcp.listen(port, address)
    const isFree = await once(tcp, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) {
      closeUdp()
      return null
    }
  }
  return {
    port,
    asked,
    close: async () => {
      closeUdp()
      for (const socket of sockets) socket.destroy()
      if (script.tcp) await new Promise((resolve) => tcp.close(resolve))
    },
  }
}

/** A message with its length in front, as TCP carries it. */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(message.length >> 8, message.length & 255), message])
}
