import dgram from 'node:dgram'
import net, {type Socket} from 'node:net'
import type {Clock, Random} from '../../../core/ports.ts'
import type {DnsFrontEffect} from '../../../core/proxy-effects.ts'
import type {Millis} from '../../../core/units.ts'
import {type Listener, listen} from '../listen.ts'
import type {HostPort} from '../toxics/host-port.ts'
import {type DnsVerdict, decideDns} from './decide-dns.ts'
import type {Gate} from './gate.ts'
import {resetWire} from './wire.ts'

export interface DnsFrontOptions {
  readonly upstream: HostPort
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly random: Random
}

/** So long the server behind may take; clients have given up by then. */
const PATIENCE: Millis = 15_000
const TRIES = 10

/** Answers questions in the server's place as faults ask for it, by UDP and TCP alike; the others are passed on. */
export class DnsFront {
  readonly #options: DnsFrontOptions
  readonly #pending = new Set<() => void>()
  readonly #sockets = new Set<Socket>()
  #udp: dgram.Socket | null = null
  #tcp: Listener | null = null
  #gates: readonly Gate<DnsFrontEffect>[] = []

  private constructor(options: DnsFrontOptions) {
    this.#options = options
  }

  /** Listens on loopback for the proxy that sends clients here. Rejects with Node's error. */
  static async open(options: DnsFrontOptions): Promise<DnsFront> {
    for (let tries = 1; ; tries++) {
      const front = new DnsFront(options)
      await front.#listenTcp()
      try {
        await front.#listenUdp()
        return front
      } catch (error) {
        await front.close()
        if (tries === TRIES) throw error
      }
    }
  }

  get listens(): HostPort {
    return this.#tcp ?? {address: '127.0.0.1', port: 0}
  }

  set(gates: readonly Gate<DnsFrontEffect>[]): void {
    this.#gates = gates
  }

  async close(): Promise<void> {
    for (const end of this.#pending) end()
    for (const socket of this.#sockets) socket.destroy()
    await this.#tcp?.close()
    const udp = this.#udp
    this.#udp = null
    if (udp) await new Promise<void>((resolve) => udp.close(() => resolve()))
  }

  async #listenTcp(): Promise<void> {
    const server = net.createServer({allowHalfOpen: true, noDelay: true}, (socket) => this.#stream(socket))
    this.#tcp = await listen(server, '127.0.0.1', 0, this.#options.random)
  }

  async #listenUdp(): Promise<void> {
    const socket = dgram.createSocket('udp4')
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({address: '127.0.0.1', port: this.listens.port, exclusive: true}, () => {
        socket.off('error', reject)
        resolve()
      })
    })
    socket.on('error', () => {})
    socket.on('message', (message, from) => this.#datagram(message, from))
    this.#udp = socket
  }

  #datagram(message: Buffer, from: dgram.RemoteInfo): void {
    const reply = (answer: Buffer): void => {
      this.#udp?.send(answer, from.port, from.address, () => {})
    }
    this.#act(decideDns(message, 'udp', this.#gates), {reply, pass: () => this.#askByUdp(message, reply)})
  }

  /** RFC 1035 §4.2.2: each message has its length in two octets before it. */
  #stream(client: Socket): void {
    this.#keep(client)
    const {address, port} = this.#options.upstream
    const server = this.#keep(net.connect({host: address, port, allowHalfOpen: true, noDelay: true}))
    joinAnswers(client, server)
    let rest: Buffer = Buffer.alloc(0)
    client.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const whole = rest.subarray(0, 2 + rest.readUInt16BE(0))
        rest = rest.subarray(whole.length)
        this.#act(decideDns(whole.subarray(2), 'tcp', this.#gates), {
          reply: (answer) => void client.write(framed(answer)),
          pass: () => void server.write(whole),
        })
      }
    })
  }

  #act(
    {delay, answer}: DnsVerdict,
    {reply, pass}: {readonly reply: (answer: Buffer) => void; readonly pass: () => void},
  ): void {
    const act = (): void => {
      if (answer === 'real') pass()
      else if (answer !== 'none') reply(answer)
    }
    if (delay === 0) {
      act()
      return
    }
    const end = this.#options.clock.after(delay, () => {
      this.#pending.delete(end)
      act()
    })
    this.#pending.add(end)
  }

  /** A socket of its own for each question, so that answers can't be mixed up. */
  #askByUdp(message: Buffer, reply: (answer: Buffer) => void): void {
    const {address, port} = this.#options.upstream
    const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4')
    const end = (): void => {
      if (!this.#pending.delete(end)) return
      cancel()
      socket.close()
    }
    const cancel = this.#options.clock.after(PATIENCE, end)
    this.#pending.add(end)
    socket.on('error', end)
    socket.once('message', (answer) => {
      reply(answer)
      end()
    })
    socket.send(message, port, address, () => {})
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    return socket
  }
}

/** What the server says goes to the client; the end of either side is the other's. */
function joinAnswers(client: Socket, server: Socket): void {
  server.pipe(client)
  client.once('end', () => server.end())
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.once('close', () => {
      if (!from.readableEnded) resetWire({stream: to, socket: to})
    })
  }
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}
