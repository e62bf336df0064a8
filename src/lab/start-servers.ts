import type {ServerSpec, ServingServer} from '../core/agent.ts'
import {UserError, isUserError} from '../core/errors.ts'
import type {AgentSession} from './agent-session.ts'
import type {LabServer, LabSpec} from './lab.ts'
import {parseHostPort} from './servers/toxics/host-port.ts'

export interface ServerPlace {
  readonly session: AgentSession
  /** What others reach the node by; the first one is told in URLs. */
  readonly addresses: readonly string[]
}

/** A server as others see it, and whether its proxy is in front. */
export interface StartedServer extends ServingServer {
  readonly node: string
  readonly proxied: boolean
}

/**
 * Starts every server of the lab, in the order of the document: one may need those before it. A server with a proxy listens on its node's loopback where nobody else gets at it;
 * the proxy takes its place. With `freePorts` the ports of the document are ignored, since the host's may be in use.
 */
export async function startServers(
  spec: LabSpec,
  placeOf: (node: string) => ServerPlace,
  {freePorts}: {readonly freePorts: boolean},
): Promise<ReadonlyMap<string, StartedServer>> {
  const started = new Map<string, StartedServer>()
  for (const [name, server] of Object.entries(spec.servers)) {
    const {node, proxy, port} = server
    const {own} = freePorts ? server : {}
    const place = own ? {...placeOf(node), addresses: [own.address]} : placeOf(node)
    const serving = await startOne(name, server, place, freePorts && !own ? 0 : port)
    started.set(name, {...serving, node, proxied: proxy})
  }
  return started
}

async function startOne(
  name: string,
  server: LabServer,
  {session, addresses}: ServerPlace,
  port: number,
): Promise<ServingServer> {
  const [address = '127.0.0.1'] = addresses
  // A node with several links is reachable by each of them.
  const everywhere = addresses.length > 1 ? '0.0.0.0' : address
  const {kind, options, proxy} = server
  if (kind === 'upstream') {
    const outside = {upstream: upstreamOf(options), passes: passesOf(options['udp'] === true)}
    const front = {name, kind: 'proxy', address: everywhere, port, names: addresses} as const
    return {...(await serve(session, {...front, ...outside})), address}
  }
  if (!proxy) {
    const serving = await serve(session, {name, kind, address: everywhere, port, names: addresses, options})
    return {...serving, address}
  }
  const hidden = {name, kind, address: '127.0.0.1', port: 0, names: addresses, options}
  const behind = await serve(session, hidden)
  const upstream = {address: behind.address, port: behind.port}
  // Questions come by UDP, and by TCP when the answer does not fit.
  const passes = passesOf(kind === 'dns')
  const front = await serve(session, {
    name,
    kind: 'proxy',
    address: everywhere,
    port,
    names: addresses,
    upstream,
    passes,
  })
  return {...front, address, ...(behind.ca === undefined ? {} : {ca: behind.ca})}
}

/** The schema has seen to it that it can be read. */
function upstreamOf({to}: LabServer['options']): {readonly address: string; readonly port: number} {
  return parseHostPort(String(to)) ?? {address: String(to), port: 0}
}

function passesOf(datagrams: boolean): readonly ('tcp' | 'udp')[] {
  return datagrams ? ['tcp', 'udp'] : ['tcp']
}

async function serve(session: AgentSession, spec: ServerSpec): Promise<ServingServer> {
  try {
    const [serving] = await session.serve([spec])
    if (!serving) throw new Error(`server ${spec.name} gave no answer`)
    return serving
  } catch (error) {
    if (isUserError(error)) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new UserError({
      code: 'CONFIG_INVALID',
      message,
      advice: ['check the port and options of the server'],
    })
  }
}
