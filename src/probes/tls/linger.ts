/** The wait after a handshake for the server's verdict on the client certificate. */
import type {Ports, TlsConnection, TlsSettled} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {startDeadline, type Deadline} from '../shared/deadline.ts'
import type {ServerSide} from './transcript.ts'

/**
 * In TLS 1.3 the client is done before the server has seen its certificate, so a refusal (alert 116, 42, 48…)
 * comes one round trip later. Waiting is only worth it when a certificate was asked for, or when that could not be
 * seen. It ends with the server's first word; servers send tickets at this point, so it is usually short.
 */
export function needsLinger(connection: TlsConnection, side: ServerSide): boolean {
  return connection.version === 'TLSv1.3' && !connection.resumed && side.certificateRequested !== false
}

/**
 * Three round trips: one for the verdict itself and two for a server that is slow to reach it; and 250 ms at least,
 * since Linux retransmits a lost segment after 200 ms at the earliest. A server that is silent for so long (no
 * tickets, nothing to say) is taken to have accepted.
 */
export function lingerLimit(roundTrip: Millis): Millis {
  return Math.max(250, 3 * roundTrip)
}

export async function linger(
  connection: TlsConnection,
  roundTrip: Millis,
  deadline: Deadline,
  {clock}: Pick<Ports, 'clock'>,
): Promise<TlsSettled> {
  const after = Math.min(lingerLimit(roundTrip), deadline.left())
  const wait = startDeadline({clock, after, level: 'step', parent: deadline.signal})
  const settled = await connection.settled(wait.signal)
  wait.stop()
  return settled
}
