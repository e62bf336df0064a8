/** Which resolvers are asked, in which order. */
import {addressFamily} from '../../core/address.ts'
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import type {TargetUrl} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {Deadline} from '../shared/deadline.ts'
import {resolveTarget} from '../shared/resolve-target.ts'
import type {Server} from './ask.ts'
import type {DnsOptions} from './options.ts'
import {parseServer} from '../../core/server-address.ts'

export const DNS_PORT = 53

/** RFC 7858 section 3.1; RFC 8484 uses that of HTTPS. */
const PORTS: Readonly<Record<DnsOptions['transport'], number>> = {
  auto: DNS_PORT,
  udp: DNS_PORT,
  tcp: DNS_PORT,
  dot: 853,
  doh: 443,
}

export type FoundServers =
  | {readonly status: 'found'; readonly servers: readonly Server[]; readonly resolve: Millis | null}
  | {readonly status: 'failed'; readonly failure: Failure; readonly resolve: Millis | null}

/** The named resolver's addresses, or the servers of resolv.conf(5) in their order. */
export async function findServers(
  url: TargetUrl,
  {options, family}: {readonly options: DnsOptions; readonly family: Family | 0},
  ports: Pick<Ports, 'resolver' | 'clock'>,
  deadline: Deadline,
): Promise<FoundServers> {
  const port = url.port ?? PORTS[options.transport]
  if (options.servers.length > 0) return namedServers(options, family)
  if (url.host === '') return configuredServers(port, family, ports)
  const found = await resolveTarget(url.host, family, ports, deadline)
  if (found.status === 'failed') return {status: 'failed', failure: found.failure, resolve: found.took}
  return {status: 'found', servers: found.addresses.map((each) => ({...each, port})), resolve: found.took}
}

function namedServers({servers, transport}: DnsOptions, family: Family | 0): FoundServers {
  const named = servers.flatMap((text) => {
    const server = parseServer(text)
    return server ? [{...server, port: server.port ?? PORTS[transport]}] : []
  })
  const usable = named.filter((each) => family === 0 || each.family === family)
  if (usable.length > 0) return {status: 'found', servers: usable, resolve: null}
  const text = `none of the servers is of family IPv${family}: ${servers.join(', ')}`
  return {status: 'failed', failure: makeFailure('DNS_NO_RESOLVER', text), resolve: null}
}

async function configuredServers(
  port: number,
  family: Family | 0,
  {resolver}: Pick<Ports, 'resolver'>,
): Promise<FoundServers> {
  const {servers} = await resolver.configuration()
  const literal = servers.flatMap((address) => {
    const known = addressFamily(address)
    return known === null ? [] : [{address, family: known, port}]
  })
  const usable = literal.filter((each) => family === 0 || each.family === family)
  if (usable.length > 0) return {status: 'found', servers: usable, resolve: null}
  const text =
    literal.length === 0
      ? '/etc/resolv.conf names no server'
      : `/etc/resolv.conf names no server of family IPv${family}: ${literal.map(({address}) => address).join(', ')}`
  return {status: 'failed', failure: makeFailure('DNS_NO_RESOLVER', text), resolve: null}
}
