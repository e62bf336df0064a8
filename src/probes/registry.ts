/** Every probe kind, loaded only when it is used. A new kind adds one line here. */
import type {ProbeKind} from '../core/target.ts'
import type {Probe} from './probe.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- each kind has its own options; its schema checks them
type AnyProbe = Probe<any>

export const PROBES: Readonly<Record<ProbeKind, () => Promise<AnyProbe>>> = {
  ping: async () => (await import('./ping/probe.ts')).ping,
  dns: async () => (await import('./dns/probe.ts')).dns,
  tcp: async () => (await import('./tcp/probe.ts')).tcp,
  tls: async () => (await import('./tls/probe.ts')).tls,
  http: async () => (await import('./http/probe.ts')).http,
  udp: async () => (await import('./udp/probe.ts')).udp,
  stun: async () => (await import('./stun/probe.ts')).stun,
  turn: async () => (await import('./turn/probe.ts')).turn,
  mptcp: async () => (await import('./mptcp/probe.ts')).mptcp,
  websocket: async () => (await import('./websocket/probe.ts')).websocket,
}

export async function loadProbe(kind: ProbeKind): Promise<AnyProbe> {
  return PROBES[kind]()
}
