/**
 * Tables for one part of a bond or bridge. The family inet takes the whole for the device, and never sees what a bridge
 * passes on or what a bond says to its neighbours; netdev's hooks are at the part itself (kernel 5.16 has both of them).
 */
import type {Scope} from '../scope.ts'
import type {Verdict} from '../situation.ts'
import {exceptions, matchSets, narrowed} from './nft-match.ts'
import {type TableRequest, block, familiesOf, matches, table} from './nft-parts.ts'
import {blockRules} from './nft-table.ts'

/** Whether a fault on a part hits all that passes it, such as ARP and the frames by which bonds look at their members. */
export function isEverything({scope, match}: {readonly scope: Scope; readonly match?: unknown}): boolean {
  const {from, to, port, protocol, family, sender} = scope
  const narrow = [port, protocol, family, sender, match].some((one) => one !== undefined && one !== null)
  return from.length === 0 && to.length === 0 && !narrow
}

/** A table that drops what passes the part, or alters it. */
export function renderPartBlockTable(asked: TableRequest, verdict: Verdict, device: string): string {
  const {match, direction} = verdict
  const request = atPart({...asked, scope: narrowed(asked.scope, match)}, device, match)
  const past = (way: 'out' | 'in'): readonly string[] =>
    matches(request, way, match).flatMap(({rule, family}) => exceptions(match, rule, family, way))
  const chain = (name: string, hook: string, rules: readonly string[]): readonly string[] =>
    rules.length === 0 ? [] : block(`chain ${name}`, [hookLine(hook, device, 0), ...rules])
  const rules = (way: 'out' | 'in'): readonly string[] =>
    direction === 'both' || direction === way ? blockRules(request, verdict, way) : []
  const ownOnly = request.scope.sender !== undefined
  return table(request, verdict, [
    ...matchSets(match, familiesOf(request.scope)),
    ...chain('leaving', 'egress', [...past('out'), ...rules('out')]),
    ...(ownOnly ? [] : chain('arriving', 'ingress', [...past('in'), ...rules('in')])),
  ])
}

/** A table that gives what leaves by the part to one class of its tree, just before its queue. */
export function renderPartClassifyTable(asked: TableRequest, device: string, classNumber: number): string {
  const request = atPart(asked, device)
  const priority = `counter meta priority set 0x${classNumber.toString(16)}`
  return table(
    request,
    null,
    block('chain shape', [
      hookLine('egress', device, request.joins ?? 0),
      ...matches(request, 'out').map(({rule}) => `${rule} ${priority}`),
    ]),
  )
}

function atPart(asked: TableRequest, device: string, match?: unknown): TableRequest {
  const whole = isEverything({scope: asked.scope, match}) ? {everything: device} : {}
  return {...asked, ...whole, family: 'netdev', device: null}
}

function hookLine(hook: string, device: string, priority: number): string {
  return `type filter hook ${hook} device "${device}" priority ${priority}; policy accept;`
}
