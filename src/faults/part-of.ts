/** Faults on a device that is a part of another one: a cable of a bond, a port of a bridge. */
import {UserError} from '../core/errors.ts'
import type {Place} from '../core/place.ts'
import {has, missingError} from './choose-backend.ts'
import {asList, asText, at} from './json-shape.ts'
import type {Blueprint, DeviceFacts, Situation} from './situation.ts'
import type {Tools} from './tools.ts'

const WHOLES: ReadonlySet<string> = new Set(['bond', 'bridge', 'team'])

/** What the device is a part of; null for one that stands for itself. A VRF groups devices and passes nothing on. */
export async function observeWhole(tools: Tools, place: Place, link: unknown): Promise<string | null> {
  const master = asText(at(link, 'master'))
  if (master === null) return null
  const [whole] = asList(await tools.json(place, 'ip', ['-j', '-d', 'link', 'show', 'dev', master]))
  return WHOLES.has(asText(at(at(whole, 'linkinfo'), 'info_kind')) ?? '') ? master : null
}

/** Its packets may go another way, so the fault can't be proven by what targets feel; what it should do to them is for conditions. */
export function ofPart(blueprint: Blueprint, device: DeviceFacts | null): Blueprint {
  if (device?.partOf === undefined || blueprint.backend === 'proxy') return blueprint
  const note = `${nameOf(device)} is a part of ${device.partOf}: whether a target is hit is for the drill's conditions to say`
  return {...blueprint, effect: {}, notes: [...blueprint.notes, note]}
}

/**
 * A part passes on what others send and get: it can lose that, delay it and alter it, and has no answers, connections and
 * senders of its own. Throws USAGE_INVALID, and CAPABILITY_MISSING (exit 6) on a kernel that has no hook there.
 */
export function checkPart(situation: Situation, blueprint: Blueprint): void {
  const {device, scope} = situation
  if (device?.partOf === undefined) return
  const problem = whyNotOnPart(blueprint, scope.sender?.cgroup !== undefined)
  if (problem !== null) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `${nameOf(device)} is a part of ${device.partOf}: ${problem}`,
      advice: [`all of ${device.partOf}: --device ${device.partOf}`],
    })
  }
  const byNft = 'leaf' in blueprint || blueprint.backend === 'nft'
  const onlyArriving =
    device.ingress !== undefined || ('verdict' in blueprint && blueprint.verdict.direction === 'in')
  if (byNft && !onlyArriving && !has(situation, 'nft-egress'))
    throw missingError(situation, `the fault "${blueprint.words}" on ${device.name}`, [['nft-egress']])
}

/** What arrives is shaped behind an ifb, which nobody has asked for by name. */
function nameOf({name, ingress}: DeviceFacts): string {
  return ingress?.of ?? name
}

function whyNotOnPart(blueprint: Blueprint, ofGroup: boolean): string | null {
  if ('act' in blueprint && blueprint.act.table !== undefined) return 'it translates no addresses'
  if (ofGroup)
    return "whose packets pass it is known by user, not by control group: leave out the scope's cgroup"
  if (blueprint.backend !== 'nft') return null
  const {action, match} = blueprint.verdict
  if (action === 'reject') return 'it can lose packets, and answer none (mode: drop)'
  if (match?.type === 'over') return 'connections are counted where they end'
  return match?.type === 'bigger' ? 'packets are cut before they come to it' : null
}
