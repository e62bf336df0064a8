/** The other end of a carried stream: sends messages back, proves its key, and connects to the client when asked to. */
import net, {type Socket} from 'node:net'
import type * as z from 'zod'
import {LineCutter, type StreamLine, encodeLine, isProof, proofOf} from '../stream-lines.ts'
import {answerAfter, misbehave} from './behaviour.ts'
import {runTcpServer} from './connections.ts'
import {peerOptions} from './options.ts'
import {parseOptions} from './parse-options.ts'
import type {ServeRequest, StartServer} from './server.ts'

/** A connection that a client asked for is given up after so long. */
const DIAL_PATIENCE = 10_000

type Options = z.output<typeof peerOptions>

/** With a delay the answer to a new connection waits, as from a relay that is slow to take one; messages do not. */
export const startPeer: StartServer = async (request) => {
  const options = parseOptions(peerOptions, request.options)
  const dialled = new Set<Socket>()
  const server = net.createServer({noDelay: true}, (socket) => {
    if (misbehave(options.behaviour, socket)) return
    new Visit(socket, {options, request, dialled}).begin()
  })
  const running = await runTcpServer(server, request)
  return {
    ...running,
    close: async () => {
      for (const socket of dialled) socket.destroy()
      await running.close()
    },
  }
}

interface VisitRun {
  readonly options: Options
  readonly request: Pick<ServeRequest, 'clock'>
  /** Connections of our own making. */
  readonly dialled: Set<Socket>
}

/** One connection, whoever has made it. */
class Visit {
  readonly #socket: Socket
  readonly #run: VisitRun
  readonly #lines = new LineCutter()
  #session: string | null = null
  /** Whether the other side has proved the key. */
  #known: boolean

  constructor(socket: Socket, run: VisitRun, session: string | null = null) {
    this.#socket = socket
    this.#run = run
    this.#session = session
    this.#known = session !== null
  }

  begin(): void {
    this.#socket.on('error', () => this.#socket.destroy())
    this.#socket.on('data', (data) => {
      for (const line of this.#lines.add(data)) this.#answer(line)
    })
  }

  #answer(line: StreamLine): void {
    if (line.word === 'hello') this.#greet(line)
    else if (line.word === 'data' && this.#known) this.#say(line)
    else if (line.word === 'dial' && this.#known && this.#run.options.dials) this.#dial(line)
    else if (line.word === 'bye' && this.#run.options.closes) {
      this.#say(line)
      this.#socket.end()
    }
  }

  #greet({session, nonce, proof}: StreamLine & {word: 'hello'}): void {
    const {options, request} = this.#run
    const key = options.key ?? null
    this.#known = isProof(proof, proofOf(key, 'client', session, nonce))
    this.#session = session
    const answer: StreamLine = this.#known
      ? {word: 'welcome', nonce, proof: proofOf(key, 'peer', session, nonce)}
      : {word: 'refused'}
    answerAfter(request.clock, options.delay, () => this.#say(answer))
  }

  /** Our own connection to the client; it is a connection of the stream like any other. */
  #dial({token, address, port}: StreamLine & {word: 'dial'}): void {
    const session = this.#session ?? ''
    const {options, dialled} = this.#run
    const socket = net.connect({host: address, port, noDelay: true})
    dialled.add(socket)
    socket.setTimeout(DIAL_PATIENCE, () => socket.destroy())
    socket.once('close', () => dialled.delete(socket))
    socket.once('error', (error: NodeJS.ErrnoException) => {
      this.#say({word: 'dialled', token, result: error.code ?? 'UNKNOWN'})
    })
    socket.once('connect', () => {
      socket.setTimeout(0)
      this.#say({word: 'dialled', token, result: 'ok'})
      new Visit(socket, this.#run, session).begin()
      const proof = proofOf(options.key ?? null, 'peer', session, token)
      socket.write(encodeLine({word: 'hello', session, nonce: token, proof}))
    })
  }

  #say(line: StreamLine): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeLine(line))
  }
}
