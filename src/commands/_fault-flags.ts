/** The flags of `fault plan` and `fault apply`, and how they become a request. */
import {Args, Flags} from '@oclif/core'
import type {FaultOrder} from '../app/faults.ts'
import {FAULT_KINDS} from '../faults/registry.ts'
import {UserError} from '../core/errors.ts'
import {parseDuration} from '../core/units.ts'
import {onFlag} from './_on-host.ts'

export const faultArgs = {
  kind: Args.string({
    description: `${FAULT_KINDS.slice(0, -1).join(', ')} or ${FAULT_KINDS.at(-1) ?? ''}; left out with --file`,
  }),
}

const text = (summary: string, helpValue: string, helpGroup: string) =>
  Flags.string({summary, helpValue, helpGroup})
const NETEM = 'NETEM'
const PARTITION = 'PARTITION'
const RATE = 'RATE'
const PROCESS = 'PROCESS'
const PROXY = 'PROXY'
const SCOPE = 'SCOPE'

/** Flags that are keys of a fault kind; each name is the document's key, with dashes. */
export const kindFlags = {
  delay: text('one way delay of what leaves', '100ms', NETEM),
  rtt: text('delay of a round trip', '100ms', NETEM),
  jitter: text('variation of the delay', '20ms', NETEM),
  correlation: text('how much one delay depends on the last one', '25%', NETEM),
  distribution: Flags.string({
    summary: 'of the jitter',
    options: ['uniform', 'normal', 'pareto', 'paretonormal'],
    helpGroup: NETEM,
  }),
  profile: text('a kind of link (netdrill fault profiles), or the file of a recorded one', 'PROFILE', NETEM),
  loss: text('share of packets lost at random', '5%', NETEM),
  'loss-correlation': text('how much one loss depends on the last one', '25%', NETEM),
  'loss-state': text('4-state loss model: P13[,P31[,P32[,P23[,P14]]]]', '1%,20%', NETEM),
  'loss-gemodel': text('Gilbert-Elliott loss: P[,R[,BAD-LOSS[,GOOD-LOSS]]]', '1%,10%', NETEM),
  duplicate: text('share of packets sent twice', '1%', NETEM),
  corrupt: text('share of packets damaged', '0.1%', NETEM),
  reorder: text('share of packets that overtake the delayed ones', '25%', NETEM),
  gap: Flags.integer({summary: 'reorder every so many packets', min: 1, helpGroup: NETEM}),
  slot: text('packets leave in bursts: MIN[,MAX]', '10ms', NETEM),
  limit: Flags.integer({summary: 'packets in the queue; computed if not given', min: 1, helpGroup: NETEM}),
  ecn: Flags.boolean({summary: 'mark instead of losing', helpGroup: NETEM}),
  'keep-order': Flags.boolean({
    summary: 'jitter alone does not reorder (the default)',
    allowNo: true,
    helpGroup: NETEM,
  }),
  rate: text('limit of what leaves (rate, netem)', '10mbit', RATE),
  burst: text('what may pass at once', '32kB', RATE),
  queue: text('longest wait in the queue', '50ms', RATE),
  algorithm: Flags.string({summary: 'take this one', options: ['tbf', 'htb'], helpGroup: RATE}),
  'replace-root': Flags.boolean({
    summary: 'replace a root qdisc that somebody configured, and put it back at the end (netem, rate)',
    helpGroup: RATE,
  }),
  offload: Flags.string({
    summary: 'off: no segmentation offload meanwhile, so that each packet meets its own fate (netem, rate)',
    options: ['off'],
    helpGroup: RATE,
  }),
  mode: Flags.string({
    summary:
      'silence, or an answer that says so; of mptcp, address, route, neighbour and process: what happens to them',
    options: [
      ...['drop', 'reject', 'strip', 'drop-syn', 'drop-join'],
      ...['add', 'remove', 'unreachable', 'prohibit', 'blackhole', 'stop', 'kill', 'restart'],
      ...['wrong', 'silent'],
    ],
    helpGroup: PARTITION,
  }),
  with: Flags.string({
    summary: 'the answer of reject',
    options: ['rst', 'icmp', 'port-unreachable', 'host-unreachable', 'admin-prohibited'],
    helpGroup: PARTITION,
  }),
  direction: Flags.string({
    summary: 'as seen from here; netem and rate: out (the default) or in, by an ifb',
    options: ['both', 'out', 'in'],
    helpGroup: PARTITION,
  }),
  connections: Flags.string({
    summary: 'only those to be opened, or only those from before',
    options: ['all', 'new', 'established'],
    helpGroup: PARTITION,
  }),
  max: Flags.integer({summary: 'connections at once (connection-limit)', min: 0, helpGroup: PARTITION}),
  size: Flags.integer({summary: 'larger packets vanish, bytes (mtu)', min: 68, helpGroup: PARTITION}),
  address: text('that the device loses, or gets by --mode add (address)', 'ADDRESS', PARTITION),
  count: Flags.integer({
    summary: 'source ports left (ephemeral-ports), connections opened (idle-connections)',
    min: 1,
    helpGroup: PARTITION,
  }),
  process: Flags.integer({summary: 'process id of the program that is hit', min: 2, helpGroup: PROCESS}),
  pidfile: text('file with its process id', 'FILE', PROCESS),
  match: text('part of its command line that no other process has', 'TEXT', PROCESS),
  signal: Flags.string({summary: 'that ends it', options: ['TERM', 'KILL'], helpGroup: PROCESS}),
  offset: text('its clock is so far ahead or behind (clock)', '+90d', PROCESS),
  clock: Flags.string({
    summary: 'time of day, or time since boot',
    options: ['wall', 'monotonic'],
    helpGroup: PROCESS,
  }),
  command: Flags.string({
    summary: 'the program that gets that clock, and each of its arguments',
    multiple: true,
    helpValue: 'WORD',
    helpGroup: PROCESS,
  }),
  set: Flags.string({
    summary: 'any key of the kind, as in a document',
    multiple: true,
    helpValue: 'KEY=VALUE',
    helpGroup: PROXY,
  }),
  toxic: Flags.string({
    summary: 'anything that `netdrill proxy --toxic` does (proxy)',
    multiple: true,
    helpValue: 'KIND=VALUE,…',
    helpGroup: PROXY,
  }),
  latency: text('added to each direction', '100ms', PROXY),
  bandwidth: text('limit of each direction', '1mbit', PROXY),
  refuse: Flags.boolean({summary: 'refuse new connections', helpGroup: PROXY}),
  reset: Flags.boolean({summary: 'reset live and new connections', helpGroup: PROXY}),
  blackhole: Flags.boolean({summary: 'pass nothing, close nothing', helpGroup: PROXY}),
}

export const orderFlags = {
  ...onFlag,
  file: Flags.string({
    summary: 'a fault of a document',
    helpValue: 'FILE#NAME',
    env: 'NETDRILL_FILE',
  }),
  ...kindFlags,
  to: Flags.string({
    summary: 'destination: address, network or host name',
    multiple: true,
    helpValue: 'HOST',
    helpGroup: SCOPE,
  }),
  pick: Flags.integer({
    summary: 'so many of the destinations, chosen at random by --seed',
    min: 1,
    helpGroup: SCOPE,
  }),
  from: text('source address or network', 'ADDRESS', SCOPE),
  port: Flags.integer({summary: 'port at the destination', min: 1, max: 65_535, helpGroup: SCOPE}),
  protocol: Flags.option({
    summary: 'transport',
    options: ['tcp', 'udp', 'icmp'] as const,
    helpGroup: SCOPE,
  })(),
  family: Flags.option({
    summary: 'this one only; else both',
    options: ['ipv4', 'ipv6'] as const,
    helpGroup: SCOPE,
  })(),
  uid: Flags.integer({summary: 'only what programs of this user send from here', min: 0, helpGroup: SCOPE}),
  cgroup: text('only what programs of this control group (v2) send from here', 'PATH', SCOPE),
  device: Flags.string({
    summary: 'network device, also one member of a bond; the route decides if not given',
    aliases: ['interface'],
    helpValue: 'NAME',
    helpGroup: SCOPE,
  }),
  namespace: text('named network namespace to act in', 'NAME', SCOPE),
  pid: Flags.integer({summary: 'act in the network namespace of this process', min: 1, helpGroup: SCOPE}),
  container: text('act in that of this container (docker, podman)', 'NAME', SCOPE),
  proxy: text('start a proxy for clients to use instead', 'LISTEN=UPSTREAM', PROXY),
  'allow-broad': Flags.boolean({
    summary: 'a scope without a destination is meant',
    env: 'NETDRILL_ALLOW_BROAD',
  }),
  'allow-lockout': Flags.boolean({
    summary: 'hitting the own SSH session, name server or gateway is meant',
    env: 'NETDRILL_ALLOW_LOCKOUT',
  }),
}

export interface OrderFlags {
  readonly [key: string]: unknown
  readonly file?: string | undefined
  readonly on?: string | undefined
  readonly to?: string[] | undefined
  readonly pick?: number | undefined
  readonly from?: string | undefined
  readonly port?: number | undefined
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | undefined
  readonly family?: 'ipv4' | 'ipv6' | undefined
  readonly uid?: number | undefined
  readonly cgroup?: string | undefined
  readonly device?: string | undefined
  readonly namespace?: string | undefined
  readonly pid?: number | undefined
  readonly container?: string | undefined
  readonly proxy?: string | undefined
  readonly seed?: number | undefined
  readonly 'allow-broad'?: boolean
  readonly 'allow-lockout'?: boolean
}

/** Parsed flags as an order. `lasts` is the text of `--for`. */
export function orderOf(kind: string | undefined, flags: OrderFlags, lasts: string): FaultOrder {
  const {pick, from, port, protocol, family, uid, cgroup, device, namespace, pid, container} = flags
  const values = Object.fromEntries(Object.keys(kindFlags).map((name) => [name, flags[name]]))
  const seed = kind === 'netem' ? flags.seed : undefined
  return {
    words: {
      kind: kind ?? null,
      file: flags.file ?? null,
      on: flags.file === undefined ? undefined : flags.on,
      flags: {...values, seed} as FaultOrder['words']['flags'],
      scope: {
        ...{pick, from, port, protocol, family, uid, cgroup, device, namespace, pid, container},
        targets: flags.to ?? [],
      },
    },
    lasts: durationOf(lasts),
    allow: {broad: flags['allow-broad'] === true, lockout: flags['allow-lockout'] === true},
    proxy: flags.proxy ?? null,
  }
}

function durationOf(words: string): number {
  const parsed = parseDuration(words)
  if (parsed.ok) return parsed.value
  throw new UserError({code: 'USAGE_INVALID', message: `--for: ${parsed.because}`})
}
