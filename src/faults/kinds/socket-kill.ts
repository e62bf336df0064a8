/** `socket-kill`: TCP connections end at once, as if the kernel had lost them (sock_diag(7), SOCK_DESTROY). */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import type {Network} from '../addresses.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {type Scope, describeScope} from '../scope.ts'
import {scopeSchema} from '../scope-schema.ts'
import {type NameList, type Sight, readNames} from '../sight.ts'
import type {Blueprint, Situation} from '../situation.ts'
import type {ExecAction} from '../tools.ts'

export const socketKillSchema = z.strictObject({
  kind: z.literal('socket-kill'),
  scope: scopeSchema.optional(),
})
export interface SocketKillSpec {
  readonly kind: 'socket-kill'
  readonly scope?: FaultScope | undefined
}

const NEEDS: readonly Capability[] = ['linux', 'net-admin', 'ss', 'socket-kill']

export const socketKill: PlannedKind<SocketKillSpec> = {
  kind: 'socket-kill',
  summary: 'end the connections that are there: the program sees ECONNABORTED, the other side a reset',
  example: 'netdrill fault plan socket-kill --to 10.0.0.2 --port 443',
  needs: [NEEDS],
  schema: socketKillSchema,
  needsDevice: false,
  shapes: false,
  look: async (_, {tools, place, scope}): Promise<Sight | null> => {
    const names = await readNames(tools, place, listOf(scope))
    return names && {type: 'names', names}
  },
  plan: planSocketKill,
}

function planSocketKill(_: SocketKillSpec, situation: Situation): Blueprint {
  const {scope, sight} = situation
  if (scope.protocol === 'icmp') throw usage('ICMP has no connections: protocol tcp or udp')
  if (!hasAll(situation, NEEDS)) throw missingError(situation, 'ending connections', [NEEDS])
  const before = sight?.type === 'names' ? sight.names : []
  const words = `connections to ${describeScope(scope)} killed`
  return {
    backend: 'ss',
    because: 'the kernel ends sockets when ss asks for it',
    words,
    effect: {},
    warnings: before.length === 0 ? ['no connection in the scope is there now'] : [],
    notes: [
      `${before.length} ${before.length === 1 ? 'connection is' : 'connections are'} there now`,
      'once: connections that are opened afterwards live; there is nothing to undo',
    ],
    act: {
      steps: [
        {
          do: ssCall(scope, ['-K']),
          undo: {type: 'none'},
          verify: {type: 'act', expect: 'none of the sockets from before is left'},
          why: 'a socket is ended from outside, as by an administrator or a kernel that runs out of memory',
        },
      ],
      hit: [
        'hit: the sockets that are there now, on this side; the other side gets a reset',
        'not hit: sockets that listen, and later ones',
      ],
      trace: {type: 'names', list: listOf(scope), before, what: 'connections'},
      once: true,
    },
  }
}

/** The kernel's own number of a socket tells it from a later one with the same addresses. */
function listOf(scope: Scope): NameList {
  return {actions: [ssCall(scope, ['-e'])], pattern: String.raw`\bsk:([0-9a-f]+)`}
}

function ssCall(scope: Scope, more: readonly string[]): ExecAction {
  const sides = (word: string, networks: readonly Network[]): readonly string[] =>
    networks.length === 0
      ? []
      : [`( ${networks.map((network) => `${word} ${ssNetwork(network)}`).join(' or ')} )`]
  const filter = [
    ...sides('dst', scope.to),
    ...sides('src', scope.from),
    // Seen from a client the port is there, seen from a server it is here.
    ...(scope.port === null ? [] : [`( dport = :${scope.port} or sport = :${scope.port} )`]),
  ].join(' and ')
  const family = scope.family === undefined ? [] : [`-${scope.family}`]
  const transport = scope.protocol === 'udp' ? '-u' : '-t'
  return {
    type: 'exec',
    file: 'ss',
    args: ['-H', '-n', transport, ...family, ...more, ...(filter === '' ? [] : [filter])],
  }
}

/** With its length ss also finds IPv4 addresses inside IPv6 sockets. */
function ssNetwork({family, address, prefix}: Network): string {
  return family === 6 ? `[${address}/${prefix}]` : `${address}/${prefix}`
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}
