/** A second connection with the session of the first: does the server take it up, and what does it save? */
import type {ResumptionFacts} from '../../core/facts.ts'
import type {Ports, ResolvedAddress} from '../../core/ports.ts'
import type {Deadline} from '../shared/deadline.ts'
import {dialAddresses} from '../shared/dial-addresses.ts'
import {beginTls} from './begin-tls.ts'
import type {TlsTarget} from './measure.ts'
import type {Handshake} from './shake-hands.ts'

interface Repetition {
  readonly target: TlsTarget
  readonly winner: ResolvedAddress
  readonly first: Handshake
  readonly deadline: Deadline
}

/** To the same address; a failure of the second connection means that nothing was resumed. */
export async function measureResumption(
  {target, winner, first, deadline}: Repetition,
  ports: Ports,
): Promise<ResumptionFacts> {
  const full = first.took
  const {session} = first
  const nothing = {accepted: false, full_ms: full, resumed_ms: null, saved_ms: null}
  if (!session) return {offered: false, ...nothing}
  const {port, source, interface: device} = target
  const plan = {addresses: [winner], port, strategy: 'order' as const, source, interface: device, deadline}
  const dialled = await dialAddresses(plan, ports)
  if (dialled.status === 'failed') return {offered: true, ...nothing}
  const begun = await beginTls(target, dialled, deadline, ports)
  if (begun?.failure) return {offered: true, ...nothing}
  const result = await target.materials.client.upgrade({
    stream: dialled.stream,
    servername: target.sni,
    alpn: target.options.alpn,
    session,
    signal: deadline.signal,
  })
  if (result.status !== 'secure') return {offered: true, ...nothing}
  const accepted = result.connection.resumed
  result.connection.stream.close()
  if (!accepted) return {offered: true, ...nothing}
  return {offered: true, accepted, full_ms: full, resumed_ms: result.took, saved_ms: full - result.took}
}
