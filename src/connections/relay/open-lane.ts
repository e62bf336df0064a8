/** From a target to a connection that carries the stream: resolve and dial, then TLS and the proof of the key. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {ByteStream, Ports} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {LineCutter, type StreamLine, encodeLine, isProof, proofOf} from '../../lab/stream-lines.ts'
import {type Deadline, abortOwner} from '../../probes/shared/deadline.ts'
import {dialAddresses, type Dialled} from '../../probes/shared/dial-addresses.ts'
import {makeNonce} from '../../probes/shared/nonce.ts'
import {resolveTarget} from '../../probes/shared/resolve-target.ts'
import {inspect} from '../../probes/tls/inspect.ts'
import {upgradeConnection} from '../../probes/tls/shake-hands.ts'
import {Lane, failureOf} from './lane.ts'
import type {LaneTarget} from './lane-target.ts'

export interface LaneIdentity {
  /** Of the stream: the other end knows its connections by it. */
  readonly session: string
  readonly key: string | null
}

type LanePorts = Pick<Ports, 'clock' | 'dial' | 'resolver' | 'random'>
type Connected = Dialled & {readonly status: 'connected'}

export type Result<T> =
  {readonly ok: true; readonly value: T} | {readonly ok: false; readonly failure: Failure}

/** Stage `connect`: a TCP connection to the first address that takes one. */
export async function dialLane(
  {host, port, family, source, interface: device}: LaneTarget,
  deadline: Deadline,
  ports: LanePorts,
): Promise<Result<Connected>> {
  const resolution = await resolveTarget(host, family, ports, deadline)
  if (resolution.status === 'failed') return {ok: false, failure: resolution.failure}
  const {addresses} = resolution
  const plan = {addresses, port, strategy: 'order', source, interface: device, deadline} as const
  const dialled = await dialAddresses(plan, ports)
  return dialled.status === 'failed' ? {ok: false, failure: dialled.failure} : {ok: true, value: dialled}
}

/** Stage `handshake`: TLS where the target has it, then both ends prove that they have the key. */
export async function shakeLane(
  {tls, identity}: Pick<LaneTarget, 'tls'> & {readonly identity: LaneIdentity},
  dialled: Connected,
  deadline: Deadline,
  ports: LanePorts,
): Promise<Result<Lane>> {
  if (tls === null) return greet(dialled.stream, identity, deadline, ports)
  const {connection, handshake} = await upgradeConnection(tls, dialled, deadline)
  const {failure} = await inspect(tls, handshake, ports)
  if (connection && !failure) return greet(connection.stream, identity, deadline, ports)
  connection?.stream.close()
  const {peer} = handshake.context
  return {ok: false, failure: failure ?? makeFailure('TLS_CLOSED', `the handshake with ${peer} failed`)}
}

/** We have connected: we speak first. */
async function greet(
  stream: ByteStream,
  {session, key}: LaneIdentity,
  deadline: Deadline,
  {clock, random}: LanePorts,
): Promise<Result<Lane>> {
  const nonce = makeNonce(random)
  const error = await stream.write(
    encodeLine({word: 'hello', session, nonce, proof: proofOf(key, 'client', session, nonce)}),
  )
  if (error) return failed(stream, failureOf({type: 'error', error}, stream.remote))
  const accept = (line: StreamLine): Verdict => judgeWelcome(line, {session, key, nonce})
  return converse(stream, {accept, deadline, started: clock.now(), session})
}

/** The other end has connected to us, as it was asked to with this token: it speaks first. */
export async function receive(
  stream: ByteStream,
  {session, key, token}: LaneIdentity & {readonly token: string},
  deadline: Deadline,
  {clock}: Pick<Ports, 'clock'>,
): Promise<Result<Lane>> {
  const accept = (line: StreamLine): Verdict => {
    if (line.word !== 'hello' || line.session !== session || line.nonce !== token) return 'other'
    return isProof(line.proof, proofOf(key, 'peer', session, token)) ? 'accepted' : 'refused'
  }
  const met = await converse(stream, {accept, deadline, started: clock.now(), session})
  if (met.ok)
    await stream.write(
      encodeLine({word: 'welcome', nonce: token, proof: proofOf(key, 'client', session, token)}),
    )
  return met
}

type Verdict = 'accepted' | 'refused' | 'other'
interface Question {
  readonly session: string
  readonly key: string | null
  readonly nonce: string
}

/** A plain echo is as good as a welcome where no key is to be proved. */
function judgeWelcome(line: StreamLine, {session, key, nonce}: Question): Verdict {
  if (line.word === 'refused') return 'refused'
  if (line.word === 'welcome' && line.nonce === nonce)
    return isProof(line.proof, proofOf(key, 'peer', session, nonce)) ? 'accepted' : 'refused'
  if (line.word === 'hello' && line.nonce === nonce) return key === null ? 'accepted' : 'refused'
  return 'other'
}

interface Talk {
  readonly accept: (line: StreamLine) => Verdict
  readonly deadline: Deadline
  readonly started: Millis
  readonly session: string
}

async function converse(stream: ByteStream, {accept, deadline, session}: Talk): Promise<Result<Lane>> {
  const lines = new LineCutter()
  for (;;) {
    const event = await stream.read(deadline.signal)
    if (event.type === 'aborted') return failed(stream, silence(stream, deadline))
    if (event.type !== 'data') return failed(stream, failureOf(event, stream.remote))
    const heard = lines.add(event.data)
    const index = heard.findIndex((line) => accept(line) !== 'other')
    const line = heard[index]
    if (line === undefined) continue
    if (accept(line) === 'refused') {
      const text = `${stream.remote} could not prove the key of the stream, or did not take ours`
      return failed(stream, makeFailure('STREAM_KEY_REFUSED', text))
    }
    return {ok: true, value: new Lane(stream, session, lines, heard.slice(index + 1))}
  }
}

function failed(stream: ByteStream, failure: Failure): Result<Lane> {
  stream.reset()
  return {ok: false, failure}
}

function silence({remote}: ByteStream, {signal}: Deadline): Failure {
  const owner = abortOwner(signal)
  if (owner?.by !== 'deadline') return makeFailure('CANCELLED', `the handshake with ${remote} was cancelled`)
  return makeFailure(
    'TCP_SILENT',
    `${remote} did not answer the handshake within ${formatDuration(owner.after)}`,
  )
}
