/** `bond:` of a link: several cables as one device, with the kernel's own options (its Documentation/networking/bonding.rst). */
import {isIPv4} from 'node:net'
import * as z from 'zod'
import {durationBetween} from '../config/quantities.ts'
import {type BondMonitor, BOND_MODES, type LinkBond} from './lab-bond.ts'

const HOUR = 3_600_000

const shape = z.strictObject({
  mode: z.enum(BOND_MODES).default('active-backup'),
  members: z.int().min(2).max(8).default(2).describe('how many cables: bond0p0, bond0p1, …'),
  other_end: z
    .enum(['bridge', 'bond'])
    .optional()
    .describe(
      'what the second node makes of the cables: a bridge, as a switch does (of active-backup), or a bond like the first',
    ),
  miimon: durationBetween(1, HOUR)
    .optional()
    .describe(
      'how often the kernel looks whether a cable is still there; 100ms, unless arp_interval is given',
    ),
  updelay: durationBetween(1, HOUR)
    .optional()
    .describe('how long a cable has to be back before it is used; a multiple of miimon'),
  downdelay: durationBetween(1, HOUR)
    .optional()
    .describe('how long a cable has to be gone before it is left; a multiple of miimon'),
  arp_interval: durationBetween(1, HOUR)
    .optional()
    .describe('how often the kernel asks a neighbour through the cables, which finds silent losses too'),
  arp_ip_target: z
    .array(z.string().refine(isIPv4, {error: 'write an IPv4 address'}))
    .min(1)
    .max(16)
    .optional()
    .describe('whom it asks; the other node by default'),
  arp_validate: z
    .enum(['none', 'active', 'backup', 'all'])
    .optional()
    .describe('on which cables only answers count, and not just any packet; none by default'),
  primary: z
    .int()
    .min(0)
    .max(7)
    .optional()
    .describe('the cable that is preferred, counted from 0; active-backup only'),
  primary_reselect: z
    .enum(['always', 'better', 'failure'])
    .optional()
    .describe(
      'when the primary is taken again: as soon as it is back (the default), if it is faster, or never',
    ),
  fail_over_mac: z
    .enum(['none', 'active', 'follow'])
    .optional()
    .describe('whether the address of the device changes with the cable; active-backup only'),
})
type BondText = z.output<typeof shape>

export const bondSchema = shape
  .superRefine((bond, context) => {
    for (const {key, message} of bondMistakes(bond)) context.addIssue({code: 'custom', path: [key], message})
  })
  .transform(toBond)
  .describe('several cables as one device, bond0; needs a kernel with bonding')

interface BondMistake {
  readonly key: keyof BondText
  readonly message: string
}

function bondMistakes(bond: BondText): readonly BondMistake[] {
  const {mode, members, primary, miimon = MIIMON, arp_interval: arp} = bond
  const given = (...keys: readonly (keyof BondText)[]): readonly (keyof BondText)[] =>
    keys.filter((key) => bond[key] !== undefined)
  const each = (keys: readonly (keyof BondText)[], message: string): readonly BondMistake[] =>
    keys.map((key) => ({key, message}))
  const ofMode = given('primary', 'primary_reselect', 'fail_over_mac')
  const ofMii = given('miimon', 'updelay', 'downdelay')
  const ofArp = given('arp_ip_target', 'arp_validate')
  const waits = (['updelay', 'downdelay'] as const).filter((key) => (bond[key] ?? 0) % miimon !== 0)
  return [
    ...(mode === 'active-backup' ? [] : each(ofMode, `${mode} uses all cables: this is for active-backup`)),
    ...(arp === undefined
      ? [...each(ofArp, 'this needs arp_interval'), ...each(waits, `give a multiple of miimon (${miimon}ms)`)]
      : each(ofMii, 'the kernel watches either the cables (miimon) or a neighbour (arp_interval)')),
    ...(primary !== undefined && primary >= members
      ? each(['primary'], `there are ${members} cables, counted from 0`)
      : []),
    ...(primary === undefined ? each(given('primary_reselect'), 'this needs primary') : []),
  ]
}

/** The kernel's own default of today; older ones have 0, which looks at nothing. */
const MIIMON = 100

function toBond(text: BondText): LinkBond {
  const {mode, members, other_end, primary, primary_reselect, fail_over_mac} = text
  return {
    mode,
    members,
    otherEnd: other_end ?? (mode === 'active-backup' ? 'bridge' : 'bond'),
    monitor: monitorOf(text),
    primary: primary ?? null,
    primaryReselect: primary_reselect ?? null,
    failOverMac: fail_over_mac ?? null,
  }
}

function monitorOf(text: BondText): BondMonitor {
  const {arp_interval, arp_ip_target, arp_validate} = text
  if (arp_interval !== undefined) {
    return {
      kind: 'arp',
      interval: arp_interval,
      targets: arp_ip_target ?? null,
      validate: arp_validate ?? 'none',
    }
  }
  const {miimon = MIIMON, updelay = 0, downdelay = 0} = text
  return {kind: 'mii', interval: miimon, updelay, downdelay}
}
