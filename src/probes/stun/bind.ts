/** One binding request to one server (RFC 8489 section 6). */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {DatagramSocket, Ports} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {Deadline} from '../shared/deadline.ts'
import {type Answered, type Peer, askOverUdp} from '../udp/exchange.ts'
import {datagramFailure, silenceFailure} from '../udp/failure.ts'
import {type Endpoint, StunError, type StunMessage, decodeStun, encodeBindingRequest} from './message.ts'

const BINDING = 1
/** RFC 8489 section 6.2.1: RTO 500 ms, doubled each time, seven requests at most. */
const RESEND: readonly Millis[] = [500, 1500, 3500, 7500, 15_500, 31_500]

export interface Binding {
  readonly peer: Peer
  readonly socket: DatagramSocket
  /** The socket serves several servers and is not connected. */
  readonly addressed: boolean
  readonly retransmit: boolean
  readonly deadline: Deadline
}

export interface Bound {
  readonly failure: Failure | null
  /** Set when there is no failure. */
  readonly mapped: Endpoint | null
  /** The server's answer, also one that says no. */
  readonly message: StunMessage | null
  readonly wait: Millis
  readonly sent: number
  /** Datagrams that were no answer to this request. */
  readonly ignored: number
}

/** Asks one server which address and port of ours it sees. Never throws for what the network does. */
export async function bind(binding: Binding, ports: Pick<Ports, 'clock'>): Promise<Bound> {
  const transaction = crypto.getRandomValues(new Uint8Array(12))
  const {peer, socket, addressed, retransmit, deadline} = binding
  const question = {
    peer,
    payload: encodeBindingRequest(transaction),
    read: (data: Uint8Array): Heard | null => hear(data, Buffer.from(transaction).toString('hex')),
    resend: retransmit ? RESEND.filter((after) => after < deadline.left()) : [],
    addressed,
    deadline,
  }
  const answered = await askOverUdp(question, socket, ports)
  const {bystanders, waited, sent} = answered
  const message = answered.status === 'answer' && 'class' in answered.value ? answered.value : null
  const failure = failureOf(answered, binding)
  const mapped = failure ? null : (message?.mapped ?? null)
  return {failure, mapped, message, wait: waited, sent, ignored: bystanders.foreign + bystanders.ignored}
}

type Heard = StunMessage | {readonly because: string}

/** Null for a proper message about something else, such as the answer to an earlier request. */
function hear(data: Uint8Array, transaction: string): Heard | null {
  try {
    const message = decodeStun(data)
    return message.transaction === transaction ? message : null
  } catch (error) {
    if (error instanceof StunError) return {because: error.message}
    throw error
  }
}

function failureOf(answered: Answered<Heard>, {peer, deadline}: Binding): Failure | null {
  switch (answered.status) {
    case 'error':
      return datagramFailure(answered.error, peer, answered.stage)
    case 'silence':
      return silenceFailure({code: 'STUN_NO_REPLY', peer, deadline, ...answered})
    case 'answer':
      return judge(answered.value, joinHostPort(peer.address, peer.port))
  }
}

function judge(heard: Heard, name: string): Failure | null {
  const malformed = (because: string): Failure =>
    makeFailure('STUN_MALFORMED', `${name} sent something, but ${because}`)
  if ('because' in heard) return malformed(heard.because)
  if (heard.class === 'request') return malformed('that is our own request: an echo service?')
  if (heard.method !== BINDING || heard.class === 'indication')
    return malformed('it does not answer a binding request')
  if (heard.class === 'error')
    return heard.error ? refusal(heard, heard.error, name) : malformed('it lacks its error code')
  if (heard.strange.length > 0)
    return malformed(`it holds unknown attributes that have to be understood: ${typesOf(heard.strange)}`)
  return heard.mapped ? null : malformed('it lacks the mapped address')
}

function refusal(
  {alternate, unknown}: StunMessage,
  {code, reason}: NonNullable<StunMessage['error']>,
  name: string,
): Failure {
  const said = `${name} answered ${code}${reason === '' ? '' : ` ${reason}`}`
  switch (code) {
    case 300: {
      const other = alternate
        ? `: ask ${joinHostPort(alternate.address, alternate.port)}`
        : ', and named no other server'
      return makeFailure('STUN_TRY_ALTERNATE', said + other, {cause: '300'})
    }
    case 401:
      return makeFailure('STUN_UNAUTHORIZED', said, {cause: '401'})
    case 420: {
      const which = unknown.length > 0 ? `: ${typesOf(unknown)}` : ''
      return makeFailure('STUN_UNKNOWN_ATTRIBUTE', said + which, {cause: '420'})
    }
    default:
      return makeFailure('STUN_ERROR_RESPONSE', said, {cause: String(code)})
  }
}

function typesOf(types: readonly number[]): string {
  return types.map((type) => `0x${type.toString(16).padStart(4, '0')}`).join(', ')
}
