import {joinHostPort} from '../../core/target.ts'
import type {Ports} from '../../core/ports.ts'
import type {Deadline} from '../shared/deadline.ts'
import type {Dialled} from '../shared/dial-addresses.ts'
import {runDialogue, type DialogueResult} from '../starttls/run-dialogue.ts'
import type {TlsTarget} from './measure.ts'

/** Brings a fresh connection to where the handshake begins. Null when that is right away. */
export async function beginTls(
  target: TlsTarget,
  {stream, winner}: Pick<Dialled & {readonly status: 'connected'}, 'stream' | 'winner'>,
  deadline: Deadline,
  ports: Pick<Ports, 'clock'>,
): Promise<DialogueResult | null> {
  const {starttls: protocol} = target.options
  if (protocol === undefined) return null
  const peer = joinHostPort(winner.address, target.port)
  const host = target.sni ?? target.host
  return runDialogue({protocol, stream, host, peer, family: winner.family, deadline}, ports)
}
