import type {ServingServer} from '../core/agent.ts'
import {parseTargetUrl} from '../core/target.ts'
import type {WatchSpec} from '../core/watch.ts'

const SECURE: ReadonlySet<string> = new Set(['tls', 'https', 'wss'])

/**
 * Makes TLS targets trust the lab's own servers: the authority that was made when the server started is added to the
 * probe's `ca` as PEM text. It is on no disk, so nothing is left when the lab ends.
 */
export function trustServers(
  targets: readonly WatchSpec[],
  servers: readonly ServingServer[],
): readonly WatchSpec[] {
  return targets.map((target) => {
    const url = parseTargetUrl(target.url)
    if (!url.ok || !SECURE.has(url.value.scheme)) return target
    const {host, port} = url.value
    const server = servers.find((one) => one.address === host && one.port === port)
    if (server?.ca === undefined) return target
    const {ca} = target.options
    const own = Array.isArray(ca) ? (ca as readonly unknown[]) : []
    return {...target, options: {...target.options, ca: [...own, server.ca]}}
  })
}
