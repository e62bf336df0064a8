/** Segmentation offload of a device, switched off for the time of a fault: each packet then meets its own fate. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Place} from '../core/place.ts'
import type {Readback} from './backends/readback.ts'
import type {Step} from './fault.ts'
import {asList, asNumber, at} from './json-shape.ts'
import {type LedgerEntry, isOpen, samePlace} from './ledger.ts'
import type {Tools} from './tools.ts'

/** A setting of ip-link(8) that decides how large a packet may be that is split or joined by the device. */
export interface Offload {
  readonly device: string
  /** What leaves is split late, what arrives is joined early. */
  readonly key: 'gso_max_segs' | 'gro_max_size'
  readonly before: number
}

/** The smallest value of either: no packet is made of several. */
const OFF = 1

/** Throws CAPABILITY_MISSING where ip doesn't tell: what isn't known can't be put back. */
export async function observeOffload(
  tools: Tools,
  place: Place,
  {device, key}: Omit<Offload, 'before'>,
): Promise<Offload> {
  const before = await readOffload(tools, place, {device, key})
  if (before !== null) return {device, key, before}
  throw new UserError(
    {
      code: 'CAPABILITY_MISSING',
      message: `segmentation offload can not be switched off here: ip does not tell ${key} of ${device}`,
      advice: ['gso_max_segs needs iproute2 4.16, gro_max_size 5.18; or leave out offload'],
    },
    EXIT.capability,
  )
}

async function readOffload(
  tools: Tools,
  place: Place,
  {device, key}: Omit<Offload, 'before'>,
): Promise<number | null> {
  const link = asList(await tools.json(place, 'ip', ['-d', '-j', 'link', 'show', 'dev', device]))[0]
  return asNumber(at(link, key))
}

/** Another fault may have switched it off before: what was there before that one is what comes back. */
export function originalOffload(offload: Offload, place: Place, entries: readonly LedgerEntry[]): Offload {
  return entries.find((entry) => isOpen(entry) && sharesOffload(entry, {place, offload}))?.offload ?? offload
}

/** Whether an open fault other than this one still wants it off. */
export function isOffloadKept(entry: LedgerEntry, entries: readonly LedgerEntry[]): boolean {
  return entries.some((other) => isOpen(other) && other.id !== entry.id && sharesOffload(other, entry))
}

function sharesOffload(
  one: Pick<LedgerEntry, 'place' | 'offload'>,
  other: Pick<LedgerEntry, 'place' | 'offload'>,
): boolean {
  if (!one.offload || !other.offload || !samePlace(one.place, other.place)) return false
  return one.offload.device === other.offload.device && one.offload.key === other.offload.key
}

export function offloadStep({device, key, before}: Offload): Step {
  const set = (value: number): Step['do'] => ({
    type: 'exec',
    file: 'ip',
    args: ['link', 'set', 'dev', device, key, String(value)],
  })
  return {
    do: set(OFF),
    undo: set(before),
    offload: true,
    verify: {type: 'ip', expect: `${key} ${OFF}`},
    why: `packets are ${key === 'gso_max_segs' ? 'split before they leave' : 'not joined as they arrive'}, so that each meets its own fate`,
  }
}

export function describeOffload({device, key}: Offload): string {
  return key === 'gso_max_segs'
    ? `segmentation offload of ${device} is off while the fault lasts: connections that are opened meanwhile send each packet by itself, those from before as they did`
    : `what arrives at ${device} is not joined to larger packets while the fault lasts; what its sender has left whole, as a veth does, stays so`
}

export async function judgeOffload(tools: Tools, place: Place, offload: Offload): Promise<Readback> {
  const value = await readOffload(tools, place, offload)
  return {asAsked: value === OFF, text: `${offload.key} ${value ?? 'not readable'}`}
}

/** Empty when it is as it was, or the device is gone with it. */
export async function offloadDifferences(
  tools: Tools,
  place: Place,
  offload: Offload,
): Promise<readonly string[]> {
  const value = await readOffload(tools, place, offload)
  return value === null || value === offload.before
    ? []
    : [`${offload.key} of ${offload.device} is ${value}, and was ${offload.before}`]
}
