/** What went wrong with a datagram, as a failure. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {NetError} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import {formatDuration} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {type Deadline, abortOwner} from '../shared/deadline.ts'
import type {Bystanders, Peer} from './exchange.ts'

/** An error of the socket; a port that is closed for UDP says so by ICMP, which sockets report as refused. */
export function datagramFailure(error: NetError, peer: Peer, stage: 'connect' | 'send' | 'receive'): Failure {
  const name = joinHostPort(peer.address, peer.port)
  const found = classifyNetError(error, {stage, peer: name, family: peer.family})
  if (found.code !== 'TCP_REFUSED') return found
  const from = error.icmp?.from
  const sender = from === undefined || from === null ? '' : ` from ${from}`
  return makeFailure('UDP_CLOSED', `${name} answered with ICMP port unreachable${sender}`, {
    cause: error.code,
  })
}

interface Silence {
  readonly code: 'UDP_NO_REPLY' | 'STUN_NO_REPLY' | 'TURN_NO_REPLY' | 'TURN_RELAY_SILENT'
  readonly peer: Peer
  readonly deadline: Deadline
  readonly bystanders: Bystanders
  /** Datagrams that were sent. */
  readonly sent: number
}

/** Our own patience ended, or the user's. */
export function silenceFailure({code, peer, deadline, bystanders, sent}: Silence): Failure {
  const name = joinHostPort(peer.address, peer.port)
  const owner = abortOwner(deadline.signal)
  if (owner?.by !== 'deadline') return makeFailure('CANCELLED', `waiting for ${name} was cancelled`)
  const {foreign, from, ignored} = bystanders
  const stranger = from === null ? '' : joinHostPort(from.address, from.port)
  const asides = [
    sent > 1 ? `asked ${sent} times` : '',
    foreign > 0
      ? `${foreign === 1 ? 'a datagram' : `${foreign} datagrams`} came from ${stranger} instead`
      : '',
    ignored > 0 ? `${ignored} answers did not belong to this question` : '',
  ].filter((text) => text !== '')
  const aside = asides.length > 0 ? ` (${asides.join('; ')})` : ''
  const message = `${name} sent nothing back within ${formatDuration(owner.after)}${aside}`
  const advice =
    foreign > 0
      ? [`the server may answer from another of its addresses: look at its routes and ${stranger}`]
      : []
  return makeFailure(code, message, {advice})
}
