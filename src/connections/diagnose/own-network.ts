/** What this machine knows about its own network, asked of ip(8); needs no rights. */
import type {OwnLink, RouteSeen} from '../../advice/observed.ts'
import {addressFamily} from '../../core/address.ts'
import type {ExecResult, Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {Standpoint} from './walk-run.ts'
import {defaultGateways, neighbourState, parseList, readLinks, readRoute} from './ip-json.ts'

export interface OwnNetwork {
  readonly links: readonly OwnLink[] | null
  /** Why `links` and routes are missing. */
  readonly unseen: string | null
  /** Next hops of the default routes. */
  readonly gateways: readonly string[]
  route(address: string): Promise<RouteSeen>
  /** The state in the neighbour table now; null when it is not listed. */
  neighbour(address: string, device: string): Promise<string | null>
}

/** These answer in milliseconds, even on a busy machine soon; one that hangs must not hold the diagnosis up. */
const LIMIT: Millis = 2000

export async function readOwnNetwork(
  {exec}: Pick<Ports, 'exec'>,
  signal: AbortSignal,
  {source, interface: device}: Omit<Standpoint, 'ca'> = {},
): Promise<OwnNetwork> {
  const ip = async (...args: string[]): Promise<ExecResult> =>
    exec.run({file: 'ip', args: ['-json', ...args], timeout: LIMIT, signal})
  const tables = Promise.all([ip('route', 'show', 'table', 'all'), ip('-6', 'route', 'show', 'table', 'all')])
  const [links, [four, six]] = await Promise.all([ip('address', 'show'), tables])
  const unseen = whyUnseen(links)
  const table = [...parseList(four.stdout), ...parseList(six.stdout)]
  return {
    links: unseen === null ? readLinks(parseList(links.stdout)) : null,
    unseen,
    gateways: defaultGateways(table),
    route: async (address) => {
      if (unseen !== null) return {status: 'unseen'}
      const from = source === undefined ? [] : ['from', source]
      const through = device === undefined ? [] : ['oif', device]
      const answer = await ip(...family(address), 'route', 'get', address, ...from, ...through)
      return readRoute(address, answer, table)
    },
    neighbour: async (address, device) => {
      if (unseen !== null) return null
      const answer = await ip(...family(address), 'neighbour', 'show', 'dev', device)
      // With one device asked for, its name is left out of the answer.
      const list = parseList(answer.stdout).map((each) => ({dev: device, ...each}))
      return neighbourState(list, address, device)
    },
  }
}

function family(address: string): readonly string[] {
  return addressFamily(address) === 6 ? ['-6'] : ['-4']
}

function whyUnseen({notFound, exitCode, timedOut, stderr}: ExecResult): string | null {
  const what = 'links, routes and neighbours'
  if (notFound) return `${what}: the ip program is not installed (apt install iproute2)`
  if (timedOut) return `${what}: ip did not answer within 2 seconds`
  return exitCode === 0 ? null : `${what}: ip fails: ${stderr.trim()}`
}
