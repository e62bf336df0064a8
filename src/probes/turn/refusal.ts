/** What an error response of a TURN server means (RFC 8656 section 19, RFC 8489 section 14.8). Pure. */
import {type FailureCode, makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import {joinHostPort} from '../../core/target.ts'
import type {TurnMessage} from './message.ts'

const CODES: Readonly<Record<number, FailureCode>> = {
  300: 'TURN_TRY_ALTERNATE',
  401: 'TURN_UNAUTHORIZED',
  403: 'TURN_FORBIDDEN',
  420: 'TURN_UNSUPPORTED',
  437: 'TURN_ALLOCATION_MISMATCH',
  438: 'TURN_STALE_NONCE',
  440: 'TURN_UNSUPPORTED',
  441: 'TURN_UNAUTHORIZED',
  442: 'TURN_UNSUPPORTED',
  443: 'TURN_UNSUPPORTED',
  486: 'TURN_QUOTA',
  508: 'TURN_CAPACITY',
}

export function refusal(
  {error, alternate}: Pick<TurnMessage, 'error' | 'alternate'>,
  {name, hasLogin}: {readonly name: string; readonly hasLogin: boolean},
): Failure {
  if (!error) return makeFailure('TURN_MALFORMED', `${name} refused, without an error code`)
  const {code, reason} = error
  const said = `${name} answered ${code}${reason === '' ? '' : ` ${reason}`}`
  return makeFailure(CODES[code] ?? 'TURN_ERROR_RESPONSE', said + addition(code, alternate, hasLogin), {
    cause: String(code),
  })
}

function addition(code: number, alternate: TurnMessage['alternate'], hasLogin: boolean): string {
  if (code === 300)
    return alternate
      ? `: ask ${joinHostPort(alternate.address, alternate.port)}`
      : ', and named no other server'
  return code === 401 && !hasLogin ? ', and no user and password were given' : ''
}
