/** Flows of connection tracking in a scope, in words of conntrack(8). Pure. */
import type {Capability} from '../core/capabilities.ts'
import {type Network, formatNetwork} from './addresses.ts'
import type {Scope} from './scope.ts'
import type {NameList} from './sight.ts'
import type {ExecAction} from './tools.ts'

/** What every fault needs that makes the kernel forget flows. */
export const FLOW_NEEDS: readonly Capability[] = ['linux', 'net-admin', 'conntrack']

/** One call per family and destination, since conntrack takes one of each. */
function flowCalls(scope: Scope, verb: '-D' | '-L', more: readonly string[] = []): readonly ExecAction[] {
  const families = ([4, 6] as const).filter((family) => scope.family === undefined || scope.family === family)
  return families.flatMap((family) => {
    const of = (networks: readonly Network[]): readonly (Network | null)[] =>
      networks.length === 0 ? [null] : networks.filter((network) => network.family === family)
    return of(scope.to).flatMap((to) =>
      of(scope.from).flatMap((from) =>
        transports(scope).map((protocol) => ({
          type: 'exec' as const,
          file: 'conntrack' as const,
          args: [
            verb,
            ...['-f', `ipv${family}`],
            ...(protocol === null ? [] : ['-p', protocol === 'icmp' && family === 6 ? 'icmpv6' : protocol]),
            ...(to === null ? [] : ['-d', formatNetwork(to)]),
            ...(from === null ? [] : ['-s', formatNetwork(from)]),
            ...(scope.port === null ? [] : ['--dport', String(scope.port)]),
            ...more,
          ],
        })),
      ),
    )
  })
}

/** A port belongs to a protocol, of which conntrack takes one at a time. */
function transports({protocol, port}: Scope): readonly (string | null)[] {
  if (protocol !== null) return [protocol]
  return port === null ? [null] : ['tcp', 'udp']
}

export function forgetFlows(scope: Scope): readonly ExecAction[] {
  return flowCalls(scope, '-D')
}

/** The kernel's own numbers, so that a flow that several calls list counts once. */
export function listFlows(scope: Scope): NameList {
  return {actions: flowCalls(scope, '-L', ['-o', 'id']), pattern: String.raw`\bid=(\d+)`}
}
