/** Faults on a device that is a part of another one: a cable of a bond, a port of a bridge. */
import type {Place} from '../core/place.ts'
import {asList, asText, at} from './json-shape.ts'
import type {Blueprint, DeviceFacts} from './situation.ts'
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
  const note = `${device.name} is a part of ${device.partOf}: whether a target is hit is for the drill's conditions to say`
  return {...blueprint, effect: {}, notes: [...blueprint.notes, note]}
}
