/** From what an echo request met to a failure. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {EchoResult, NetError, ResolvedAddress} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import type {MtuFound} from './search-mtu.ts'

/** Explains everything but a reply. `timeout` is the time the request was given. */
export function classifyEcho(
  result: Exclude<EchoResult, {status: 'reply'}>,
  target: ResolvedAddress,
  timeout: Millis,
): Failure {
  switch (result.status) {
    case 'timeout':
      return makeFailure('PING_TIMEOUT', `${target.address} did not answer within ${formatDuration(timeout)}`)
    case 'aborted':
      return makeFailure('CANCELLED', `waiting for ${target.address} was cancelled`)
    case 'failed':
      return classifyEchoError(result.error, target, result.mtu)
  }
}

export function classifyEchoError(error: NetError, target: ResolvedAddress, mtu?: number): Failure {
  const {address, family} = target
  const {icmp} = error
  const sender = icmp?.from ?? 'an unknown router'
  if (icmp && icmp.type === (family === 4 ? 11 : 3)) {
    const why = icmp.code === 0 ? 'the hop limit ran out' : 'fragments did not arrive in time'
    return makeFailure('PING_TTL_EXCEEDED', `${address}: ${why} at ${sender}`, {cause: error.code})
  }
  // An echo request has no port: what forbids it this way is a reject rule of a firewall.
  if (icmp && error.code === 'ECONNREFUSED') {
    const message = `${address}: rejected with ICMP port unreachable by ${sender}`
    const advice = ['look for the reject rule: this answer to a ping comes from a firewall']
    return makeFailure('NET_UNREACHABLE', message, {cause: error.code, advice})
  }
  const failure = classifyNetError(error, {stage: 'send', peer: address, family})
  return mtu === undefined
    ? failure
    : {...failure, message: `${failure.message}: the path takes ${mtu} octets`}
}

/** Explains a path that swallows what is too large for it. */
export function classifyBlackHole({mtu, over, link, complete}: MtuFound, target: ResolvedAddress): Failure {
  const own = link === null ? '' : `; the own link takes ${link}`
  const range = complete ? '' : '; what is between the two was not tried'
  const message = `${target.address}: packets of ${mtu} octets get through, those of ${over ?? 'more'} vanish${own}${range}`
  return makeFailure('NET_PMTU_BLACKHOLE', message)
}
