/** `partition`: nothing gets through, silently or with an answer that says so, in both directions or in one. */
import * as z from 'zod'
import {UserError} from '../../core/errors.ts'
import {KERNEL_NEEDS, hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {REFUSE, RESET, STALL} from '../proxy-effects.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation, Verdict} from '../situation.ts'

const ANSWERS = ['rst', 'icmp', 'port-unreachable', 'host-unreachable', 'admin-prohibited'] as const

export const partitionSchema = z.strictObject({
  kind: z.literal('partition'),
  mode: z
    .enum(['drop', 'reject'])
    .default('drop')
    .describe('drop: silence; reject: an answer says that it is blocked'),
  with: z
    .enum(ANSWERS)
    .optional()
    .describe('the answer of reject: rst resets TCP (the default); icmp is admin-prohibited'),
  direction: z
    .enum(['both', 'out', 'in'])
    .default('both')
    .describe('as seen from the place of the fault: out leaves it towards the scope'),
  connections: z
    .enum(['all', 'new', 'established'])
    .default('all')
    .describe(
      'new: TCP connections can not be opened, those there live on; established: the other way round',
    ),
  scope: scopeSchema.optional(),
})
export interface PartitionSpec {
  readonly kind: 'partition'
  readonly mode: 'drop' | 'reject'
  readonly with?: (typeof ANSWERS)[number] | undefined
  readonly direction: 'both' | 'out' | 'in'
  readonly connections: 'all' | 'new' | 'established'
  readonly scope?: FaultScope | undefined
}

export const partition: PlannedKind<PartitionSpec> = {
  kind: 'partition',
  summary: 'block traffic: drop it silently or reject it, both ways or one way',
  example: 'netdrill fault plan partition --mode reject --to 10.0.0.2 --port 443',
  needs: [[...KERNEL_NEEDS]],
  schema: partitionSchema,
  needsDevice: false,
  shapes: false,
  plan: planPartition,
}

function planPartition(spec: PartitionSpec, situation: Situation): Blueprint {
  checkSense(spec)
  // Only some of the probes are hit when connections are told apart: the counters prove it then.
  const effect = spec.connections === 'all' ? {blocked: spec.mode} : {}
  const words = describe(spec)
  if (hasAll(situation, KERNEL_NEEDS)) {
    return {
      backend: 'nft',
      because: 'nftables is here, works for IPv4 and IPv6, and ends the fault by itself',
      words,
      effect,
      warnings: [],
      notes: notesOf(spec, situation),
      verdict: toVerdict(spec),
    }
  }
  const byProxy = spec.direction === 'both' && spec.connections === 'all'
  if (situation.proxy && byProxy) {
    return {
      backend: 'proxy',
      because: situation.proxyOnly
        ? 'the lab runs on loopback, so its proxy does it'
        : 'the kernel way is closed here, and a proxy stands in front of the target',
      words,
      effect,
      warnings: [],
      notes: [],
      effects: spec.mode === 'drop' ? STALL : [...REFUSE, ...RESET],
    }
  }
  throw missingError(situation, `the fault "${words}"`, [KERNEL_NEEDS], byProxy)
}

function checkSense(spec: PartitionSpec): void {
  const problem = (message: string): UserError => new UserError({code: 'USAGE_INVALID', message})
  if (spec.mode === 'drop' && spec.with !== undefined) {
    throw problem(`drop says nothing to anybody: with: ${spec.with} needs mode: reject`)
  }
  const protocol = spec.scope?.protocol
  if (spec.with === 'rst' && protocol !== undefined && protocol !== 'tcp') {
    throw problem(`only TCP knows resets: with: rst does not fit protocol: ${protocol}`)
  }
  if (spec.connections !== 'all' && protocol !== undefined && protocol !== 'tcp') {
    throw problem(
      `only TCP has connections: connections: ${spec.connections} does not fit protocol: ${protocol}`,
    )
  }
}

function toVerdict(spec: PartitionSpec): Verdict {
  const asked = spec.with ?? 'rst'
  return {
    action: spec.mode,
    answer: asked === 'icmp' ? 'admin-prohibited' : asked,
    direction: spec.direction,
    ...(spec.connections === 'all' ? {} : {match: {type: spec.connections}}),
  }
}

function describe(spec: PartitionSpec): string {
  const way = spec.direction === 'both' ? '' : spec.direction === 'out' ? ', outbound only' : ', inbound only'
  const which = {all: '', new: ', new connections only', established: ', only connections from before'}
  const rest = `${way}${which[spec.connections]}`
  if (spec.mode === 'drop') return `partition (drop${rest})`
  const {answer} = toVerdict(spec)
  return `partition (reject with ${answer === 'rst' ? 'RST' : answer}${rest})`
}

function notesOf(spec: PartitionSpec, {scope}: Situation): readonly string[] {
  const byIcmp = spec.mode === 'reject' && toVerdict(spec).answer !== 'rst' && spec.direction !== 'in'
  const overIpv6 = scope.to.length === 0 || scope.to.some((network) => network.family === 6)
  return [
    ...(spec.direction === 'both' ? [] : [oneWayNote(spec.direction)]),
    // The answer arrives while the kernel still holds the socket that sends; IPv4 takes it then, IPv6 does not.
    ...(byIcmp && overIpv6
      ? ['TCP over IPv6 from here learns of it at its first retransmission, after 1s']
      : []),
  ]
}

function oneWayNote(direction: 'out' | 'in'): string {
  return direction === 'out'
    ? 'one way: what the other side sends still arrives'
    : 'one way: what is sent from here still leaves; only the answers are lost'
}
