/** Whether a host that is silent over UDP is there at all. */
import type {Ports} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Deadline} from '../shared/deadline.ts'
import type {Peer} from '../udp/exchange.ts'

/** Where TURN over TLS is often found, and what firewalls let pass. */
const HTTPS = 443

export interface TcpLook {
  readonly peer: Peer
  readonly source: string | undefined
  readonly interface: string | undefined
  readonly deadline: Deadline
}

/** Tries TCP to the same port and to 443 at once; gives the first `address:port` that accepts. */
export async function reachOverTcp(look: TcpLook, ports: Pick<Ports, 'dial'>): Promise<string | null> {
  const choices = [...new Set([look.peer.port, HTTPS])]
  const found = await Promise.all(choices.map(async (port) => accepts(port, look, ports)))
  return found.find((each) => each !== null) ?? null
}

async function accepts(
  port: number,
  {peer: {address, family}, source, interface: device, deadline}: TcpLook,
  ports: Pick<Ports, 'dial'>,
): Promise<string | null> {
  const result = await ports.dial.tcp({
    address,
    family,
    port,
    signal: deadline.signal,
    ...(source === undefined ? {} : {source}),
    ...(device === undefined ? {} : {interface: device}),
  })
  if (result.status !== 'connected') return null
  result.stream.close()
  return joinHostPort(address, port)
}
