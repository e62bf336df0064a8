/**
 * One nftables table per fault, `inet netdrill_<id>`, so that both IP families are hit and nothing else is touched.
 * Every rule depends on a set whose elements time out: when they do, the rules match nothing any more, and so the
 * kernel itself ends the fault, whether or not a process of ours is still alive.
 */
import type {Scope} from '../scope.ts'
import type {Verdict} from '../situation.ts'
import {conditions, exceptions, matchSets, narrowed, tooBigRules} from './nft-match.ts'
import {type TableRequest, block, familiesOf, matches, table} from './nft-parts.ts'

/** A table that drops, rejects or alters. Rules for local, arriving and forwarded traffic, as the direction asks. */
export function renderBlockTable(asked: TableRequest, verdict: Verdict): string {
  const request = {...asked, scope: narrowed(asked.scope, verdict.match)}
  const ownOnly = request.scope.sender !== undefined
  const leaving = verdict.direction === 'in' ? [] : blockRules(request, verdict, 'out')
  const arriving = verdict.direction === 'out' || ownOnly ? [] : blockRules(request, verdict, 'in')
  const families = familiesOf(request.scope)
  const answers = tooBigRules(verdict.match, request.scope.to, families)
  // Of connections opened since, both handshake packets have to be seen, also where only one way is blocked.
  const past = (direction: 'out' | 'in'): readonly string[] =>
    matches(request, direction, verdict.match).flatMap(({rule, family}) =>
      exceptions(verdict.match, rule, family, direction),
    )
  const chain = (hook: string, rules: readonly string[]): readonly string[] =>
    rules.length === 0
      ? []
      : block(`chain ${hook}`, [
          `type filter hook ${hook} priority 0; policy accept;`,
          ...(verdict.action === 'reject' ? OWN_ANSWERS : []),
          ...rules,
        ])
  return table(request, verdict, [
    ...matchSets(verdict.match, families),
    ...chain('output', [...past('out'), ...leaving]),
    ...(ownOnly ? [] : chain('input', [...answers, ...past('in'), ...arriving])),
    // What is forwarded has no sender here.
    ...(ownOnly
      ? []
      : chain('forward', [...answers, ...past('out'), ...past('in'), ...leaving, ...arriving])),
  ])
}

/** The rules that act on what the direction's hook sees. */
export function blockRules(
  request: TableRequest,
  verdict: Verdict,
  direction: 'out' | 'in',
): readonly string[] {
  return matches(request, direction, verdict.match).flatMap(({rule, family}) =>
    verdicts(verdict, request.scope).map((action) =>
      [rule, conditions(verdict.match, family), action].filter((part) => part !== '').join(' '),
    ),
  )
}

/** A table that sends what leaves by the device to one class of our tree; both families, own and forwarded traffic. */
export function renderClassifyTable(request: TableRequest, classNumber: number): string {
  // A hexadecimal number: an unquoted 1:4 is a syntax error in nft 1.0.
  const priority = `counter meta priority set 0x${classNumber.toString(16)}`
  return table(
    request,
    null,
    block('chain shape', [
      // The sender's group is known where the packet is made, and no longer where it leaves.
      `type filter hook ${request.hook ?? hookOf(request.scope)} priority ${request.joins ?? 0}; policy accept;`,
      ...matches(request, 'out').map(({rule}) => `${rule} ${priority}`),
    ]),
  )
}

/** Where a scope's packets are given their class. */
export function hookOf({sender}: Scope): 'output' | 'postrouting' {
  return sender ? 'output' : 'postrouting'
}

/**
 * A table that sends what arrives at the device through another one, an ifb, where it can be shaped: the class is
 * chosen on the way, and afterwards the packet goes on as if it had just arrived.
 */
export function renderIngressTable(asked: TableRequest, classNumber: number, through: string): string {
  const request = {...asked, family: 'netdev', device: null} as const
  const away = `counter meta priority set 0x${classNumber.toString(16)} fwd to "${through}"`
  return table(
    request,
    null,
    block('chain arriving', [
      // What is sent away is seen by no later table: who joins most comes first.
      `type filter hook ingress device "${asked.device ?? ''}" priority ${-(asked.joins ?? 0) || 0}; policy accept;`,
      ...matches(request, 'in').map(({rule}) => `${rule} ${away}`),
    ]),
  )
}

/** Ports that neither the usual NAT nor programs choose by themselves: a mapping changes for certain. */
const REBOUND_PORTS = '20000-29999'

/** A table that comes just before a NAT's own rules (their priority is 100) and masquerades what is forwarded. */
export function renderRebindTable(request: TableRequest): string {
  const fresh = `fib saddr type != local counter masquerade to :${REBOUND_PORTS} fully-random`
  return table(
    request,
    null,
    block('chain rebind', [
      'type nat hook postrouting priority 99; policy accept;',
      ...matches(request, 'out').map(({rule}) => `${withPorts(rule)} ${fresh}`),
    ]),
  )
}

/** Only what has ports can be given others. */
function withPorts(rule: string): string {
  return rule.includes('meta l4proto') ? rule : `${rule} meta l4proto { tcp, udp }`
}

/** The answers that our own reject sends pass the same hooks; rejecting them again would turn a refusal into silence. */
const OWN_ANSWERS = [
  'tcp flags & rst == rst return',
  'icmp type destination-unreachable return',
  'icmpv6 type destination-unreachable return',
]

function verdicts(verdict: Verdict, scope: Scope): readonly string[] {
  if (verdict.action === 'drop') return ['counter drop']
  if (verdict.action === 'strip-mptcp') return ['counter reset tcp option mptcp']
  const icmp = (type: string): string => `counter reject with icmpx type ${type}`
  if (verdict.answer !== 'rst') return [icmp(verdict.answer)]
  const reset = 'meta l4proto tcp counter reject with tcp reset'
  // Only TCP knows resets: what else is in the scope gets what a closed port would say.
  return scope.protocol === 'tcp' ? [reset] : [reset, icmp('port-unreachable')]
}
