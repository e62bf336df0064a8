/** The table: what is broken, and the one right verdict. */
import type {DiagnosisCode, DiagnosisLayer} from '../../../src/core/diagnosis.ts'
import type {DiagnoseHere} from './diagnose-here.ts'
import type {ClientSpec} from './world.ts'

export interface Situation extends DiagnoseHere {
  readonly what: string
  /** A key of `CLIENTS`; `good` has nothing wrong with itself. */
  readonly client?: keyof typeof CLIENTS
  /** Null: nothing wrong. */
  readonly code: DiagnosisCode | null
  readonly layer?: DiagnosisLayer
  readonly blame?: string
  /** Codes that are seen as consequences; others must not be. */
  readonly suppressed?: readonly DiagnosisCode[]
  /** Layers that are named as not being the cause. */
  readonly not?: readonly DiagnosisLayer[]
}

/** Clients whose own network is what is broken. */
export const CLIENTS = {
  good: {},
  deadResolver: {resolv: ['nameserver 10.77.0.54']},
  refusing: {resolv: ['nameserver 10.77.0.55']},
  servfail: {resolv: ['nameserver 10.77.0.56']},
  noServer: {resolv: ['nameserver 10.77.0.57']},
  oneDead: {resolv: ['nameserver 10.77.0.54', 'nameserver 10.77.0.53']},
  contradicting: {resolv: ['nameserver 10.77.0.58', 'nameserver 10.77.0.53']},
  noResolver: {resolv: ['# none']},
  wrongSearch: {resolv: ['nameserver 10.77.0.53', 'search eu.corp.lab']},
  rightSearch: {resolv: ['nameserver 10.77.0.53', 'search corp.lab']},
  noRoute: {ip: ['route del default', '-6 route del default']},
  farResolver: {resolv: ['nameserver 10.88.0.53'], ip: ['route del default', '-6 route del default']},
  blackhole: {ip: ['route add blackhole 10.88.0.0/24']},
  prohibit: {ip: ['route add prohibit 10.88.0.0/24']},
  unreachable: {ip: ['route add unreachable 10.88.0.0/24']},
  linkDown: {ip: ['link set eth0 down']},
  noCarrier: {router: ['link set NAME down']},
  noAddress: {ip: ['addr flush dev eth0']},
  deadGateway: {ip: ['route replace default via 10.77.0.99']},
  absentResolver: {resolv: ['nameserver 10.77.0.97']},
  gatewayResolver: {resolv: ['nameserver 10.77.0.99'], ip: ['route replace default via 10.77.0.99']},
  portal: {},
  staleHosts: {hosts: ['10.88.0.11 shop.corp.lab']},
  localFilter: {output: ['tcp dport 80 drop']},
} as const satisfies Readonly<Record<string, ClientSpec>>
