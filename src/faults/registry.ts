/** Every fault kind, loaded only when it is used. A new kind adds one line here. */
import {UserError} from '../core/errors.ts'
import {suggest} from '../core/text.ts'
import type {PlannedKind} from './kind.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- each kind has its own spec; its schema checks it
type AnyKind = PlannedKind<any>

export const FAULTS = {
  netem: async (): Promise<AnyKind> => (await import('./kinds/netem.ts')).netem,
  rate: async (): Promise<AnyKind> => (await import('./kinds/rate.ts')).rate,
  partition: async (): Promise<AnyKind> => (await import('./kinds/partition.ts')).partition,
  'connection-limit': async (): Promise<AnyKind> =>
    (await import('./kinds/connection-limit.ts')).connectionLimit,
  mtu: async (): Promise<AnyKind> => (await import('./kinds/mtu.ts')).mtu,
  mptcp: async (): Promise<AnyKind> => (await import('./kinds/mptcp.ts')).mptcp,
  link: async (): Promise<AnyKind> => (await import('./kinds/link.ts')).link,
  address: async (): Promise<AnyKind> => (await import('./kinds/address.ts')).address,
  route: async (): Promise<AnyKind> => (await import('./kinds/route.ts')).route,
  neighbour: async (): Promise<AnyKind> => (await import('./kinds/neighbour.ts')).neighbour,
  'socket-kill': async (): Promise<AnyKind> => (await import('./kinds/socket-kill.ts')).socketKill,
  conntrack: async (): Promise<AnyKind> => (await import('./kinds/conntrack.ts')).conntrack,
  'nat-rebind': async (): Promise<AnyKind> => (await import('./kinds/nat-rebind.ts')).natRebind,
  'ephemeral-ports': async (): Promise<AnyKind> =>
    (await import('./kinds/ephemeral-ports.ts')).ephemeralPorts,
  port: async (): Promise<AnyKind> => (await import('./kinds/port.ts')).port,
  'idle-connections': async (): Promise<AnyKind> =>
    (await import('./kinds/idle-connections.ts')).idleConnections,
  process: async (): Promise<AnyKind> => (await import('./kinds/process.ts')).processFault,
  files: async (): Promise<AnyKind> => (await import('./kinds/files.ts')).files,
  memory: async (): Promise<AnyKind> => (await import('./kinds/memory.ts')).memory,
  clock: async (): Promise<AnyKind> => (await import('./kinds/clock.ts')).clock,
  proxy: async (): Promise<AnyKind> => (await import('./kinds/proxy.ts')).proxy,
  'dns-front': async (): Promise<AnyKind> => (await import('./kinds/dns-front.ts')).dnsFront,
  'tls-front': async (): Promise<AnyKind> => (await import('./kinds/tls-front.ts')).tlsFront,
  'http-front': async (): Promise<AnyKind> => (await import('./kinds/http-front.ts')).httpFront,
  'websocket-front': async (): Promise<AnyKind> =>
    (await import('./kinds/websocket-front.ts')).websocketFront,
} as const satisfies Readonly<Record<string, () => Promise<AnyKind>>>

export type FaultKindName = keyof typeof FAULTS

export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKindName[]

function isFaultKind(name: string): name is FaultKindName {
  return Object.hasOwn(FAULTS, name)
}

export async function loadFault(name: string): Promise<AnyKind> {
  if (isFaultKind(name)) return FAULTS[name]()
  const near = suggest(name, FAULT_KINDS)
  throw new UserError({
    code: 'USAGE_INVALID',
    message: `there is no fault kind "${name}"`,
    advice: [near ? `did you mean "${near}"?` : `known: ${FAULT_KINDS.join(', ')}`],
  })
}
