/** A WebRTC peer with an HTTP server in front: for signalling, and to ask whether its data channel is alive. */
import http, {type IncomingMessage, type ServerResponse} from 'node:http'
import type {RTCPeerConnection} from 'werift'
import {UserError} from '../../../core/errors.ts'
import {EXIT} from '../../../core/exit-codes.ts'
import {runTcpServer} from '../connections.ts'
import {WERIFT_ADVICE} from '../../require-packages.ts'
import {webrtcOptions} from '../options.ts'
import {parseOptions} from '../parse-options.ts'
import type {StartServer} from '../server.ts'
import {type Call, openCall} from './caller.ts'
import {keepCandidates} from './candidates.ts'
import {openAnswerer, startIce} from './connection.ts'
import {readOffer} from './signalling.ts'

/**
 * With `call` it calls the peer at that URL and is up when the data channel answers; without, it waits for calls. A GET
 * is answered with 200 and the time that a message took through the data channel and back, or with 503.
 */
export const startWebrtc: StartServer = async (request) => {
  const options = parseOptions(webrtcOptions, request.options)
  const werift = await loadWerift()
  const open = (): RTCPeerConnection => new werift.RTCPeerConnection({iceServers: [], iceUseIpv6: false})
  const {call: signal, restart = null, max_restarts: maxRestarts, ...plan} = options
  const id = String(request.random.next())
  const call =
    signal === undefined
      ? null
      : await openCall(open(), {...plan, id, signal, restart, maxRestarts}, request.clock)
  const room = new AnsweringRoom(open)
  const server = http.createServer((incoming, response) => {
    const work =
      incoming.method === 'POST' ? room.answer(incoming, response) : tell(call, plan.patience, response)
    work.catch((error: unknown) =>
      reply(response, 500, {error: error instanceof Error ? error.message : 'failed'}),
    )
  })
  const running = await runTcpServer(server, request)
  return {
    ...running,
    close: async () => {
      await running.close()
      await call?.close()
      await room.close()
    },
  }
}

/** Answers offers; a second one of a call that it knows restarts that one. */
class AnsweringRoom {
  readonly #open: () => RTCPeerConnection
  readonly #calls = new Map<string, RTCPeerConnection>()

  constructor(open: () => RTCPeerConnection) {
    this.#open = open
  }

  async close(): Promise<void> {
    await Promise.all([...this.#calls.values()].map(async (peer) => peer.close()))
  }

  async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const {id, sdp, networks} = await readOffer(incoming)
    const isRestart = this.#calls.has(id)
    const peer = this.#peerOf(id)
    await peer.setRemoteDescription({type: 'offer', sdp})
    await peer.setLocalDescription(await peer.createAnswer())
    if (isRestart) startIce(peer)
    reply(response, 200, {sdp: keepCandidates(peer.localDescription?.sdp ?? '', networks)})
  }

  #peerOf(id: string): RTCPeerConnection {
    const known = this.#calls.get(id)
    if (known) return known
    const peer = this.#open()
    openAnswerer(peer)
    this.#calls.set(id, peer)
    return peer
  }
}

async function tell(call: Call | null, patience: number, response: ServerResponse): Promise<void> {
  if (call === null) return reply(response, 404, {error: 'this peer is called and calls nobody'})
  const rtt = await call.connection.roundTrip(patience)
  const restarts = call.restarts()
  reply(response, rtt === null ? 503 : 200, {rtt, restarts, ice: call.connection.peer.iceConnectionState})
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {'content-type': 'application/json'})
  response.end(`${JSON.stringify(body)}\n`)
}

async function loadWerift(): Promise<typeof import('werift')> {
  try {
    return await import('werift')
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError(
      {
        code: 'CAPABILITY_MISSING',
        message: `the package werift, which speaks WebRTC, can not be loaded: ${because}`,
        advice: WERIFT_ADVICE,
      },
      EXIT.capability,
    )
  }
}
