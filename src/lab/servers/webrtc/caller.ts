/** The side that calls, watches its connection, and restarts ICE when it is told to. */
import type {RTCPeerConnection} from 'werift'
import type {Clock} from '../../../core/ports.ts'
import {keepCandidates} from './candidates.ts'
import {postOffer} from './signalling.ts'
import {type EchoConnection, openCaller, startIce} from './connection.ts'

export interface CallPlan {
  /** By which the other side knows a restart from a new call; descriptions have nothing that lasts. */
  readonly id: string
  /** URL of the other side, where offers go; on a link of its own, as signalling is. */
  readonly signal: string
  /** Networks whose addresses the first offer names, and those that a restart names; null for no restarts. */
  readonly networks: readonly string[]
  readonly restart: readonly string[] | null
  /** How often the connection is looked at, how long an answer may take, and after how many misses ICE restarts. */
  readonly check: number
  readonly patience: number
  readonly misses: number
  /** So many restarts without success are enough. */
  readonly maxRestarts: number
}

export interface Call {
  readonly connection: EchoConnection
  readonly restarts: () => number
  close(): Promise<void>
}

/** Resolves when the data channel answers; rejects when it doesn't within the time that setting up may take. */
export async function openCall(
  peer: RTCPeerConnection,
  plan: CallPlan,
  clock: Pick<Clock, 'now' | 'after' | 'sleep'>,
): Promise<Call> {
  const connection = openCaller(peer, clock)
  await negotiate(peer, {...plan, iceRestart: false})
  await untilAnswered(connection, plan, clock)
  const stop = new AbortController()
  const tally = {restarts: 0}
  void keepAlive({connection, plan, clock, tally, signal: stop.signal})
  return {
    connection,
    restarts: () => tally.restarts,
    close: async () => {
      stop.abort()
      await peer.close()
    },
  }
}

/** How long the first connection may take: ICE, DTLS and SCTP on an idle link take a third of a second. */
const SET_UP = 15_000

async function untilAnswered(
  connection: EchoConnection,
  {patience}: CallPlan,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Promise<void> {
  const end = clock.now() + SET_UP
  while (clock.now() < end) {
    if ((await connection.roundTrip(patience)) !== null) return
    await clock.sleep(50)
  }
  const {iceConnectionState, connectionState} = connection.peer
  const state = `ICE ${iceConnectionState}, connection ${connectionState}`
  throw new Error(`no data channel after ${SET_UP / 1000} s (${state})`)
}

interface Negotiation extends Pick<CallPlan, 'id' | 'signal' | 'networks' | 'restart'> {
  readonly iceRestart: boolean
}

async function negotiate(
  peer: RTCPeerConnection,
  {id, signal, networks, restart, iceRestart}: Negotiation,
): Promise<void> {
  const offered = iceRestart ? (restart ?? networks) : networks
  await peer.setLocalDescription(await peer.createOffer(iceRestart ? {iceRestart: true} : {}))
  const sdp = keepCandidates(peer.localDescription?.sdp ?? '', offered)
  const {sdp: theirs} = await postOffer(signal, {id, sdp, networks: offered})
  await peer.setRemoteDescription({type: 'answer', sdp: theirs})
  if (iceRestart) startIce(peer)
}

interface Watch {
  readonly connection: EchoConnection
  readonly plan: CallPlan
  readonly clock: Pick<Clock, 'sleep'>
  readonly tally: {restarts: number}
  readonly signal: AbortSignal
}

/** After a success the budget of restarts is whole again. */
async function keepAlive({connection, plan, clock, tally, signal}: Watch): Promise<void> {
  let missed = 0
  let inVain = 0
  while (!signal.aborted) {
    if ((await connection.roundTrip(plan.patience)) !== null) {
      missed = 0
      inVain = 0
    } else missed += 1
    if (missed >= plan.misses && plan.restart !== null && inVain < plan.maxRestarts) {
      missed = 0
      inVain += 1
      tally.restarts += 1
      // A signalling that fails is a restart in vain; the next one tries again.
      await negotiate(connection.peer, {...plan, iceRestart: true}).catch(() => {})
    }
    await clock.sleep(plan.check, signal).catch(() => {})
  }
}
