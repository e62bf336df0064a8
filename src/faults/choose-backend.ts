/** Which backend can do it here, and what to say when none can. */
import type {Capability, CapabilityReport} from '../core/capabilities.ts'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Situation} from './situation.ts'

/** What every kernel fault needs: the right, and nft for the scope and the kernel-side end. */
export const KERNEL_NEEDS: readonly Capability[] = ['linux', 'net-admin', 'nft']

/** What shaping needs besides the qdisc that shapes: one of two classful roots. */
export const SHAPING_NEEDS: readonly (readonly Capability[])[] = [
  [...KERNEL_NEEDS, 'tc', 'ip', 'qdisc-prio'],
  [...KERNEL_NEEDS, 'tc', 'ip', 'qdisc-htb'],
]

/** Not known to be missing. */
export function has(situation: Situation, capability: Capability): boolean {
  return situation.report(capability).status !== 'missing'
}

export function hasAll(situation: Situation, needs: readonly Capability[]): boolean {
  return !situation.proxyOnly && needs.every((capability) => has(situation, capability))
}

/** Whether any of the sets is complete here. */
export function hasAnySet(situation: Situation, sets: readonly (readonly Capability[])[]): boolean {
  return sets.some((needs) => hasAll(situation, needs))
}

/** The missing parts of the set that is nearest to complete. */
export function nearestGap(
  report: (capability: Capability) => CapabilityReport,
  sets: readonly (readonly Capability[])[],
): readonly CapabilityReport[] {
  const gaps = sets.map((needs) => needs.map(report).filter((item) => item.status === 'missing'))
  return gaps.toSorted((a, b) => a.length - b.length)[0] ?? []
}

/** Exit 6: names what is missing, what was seen, and the remedy, in doctor's own words. */
export function missingError(
  situation: Situation,
  what: string,
  sets: readonly (readonly Capability[])[],
  proxyCould = false,
): UserError {
  const gap = situation.proxyOnly ? [] : nearestGap(situation.report, sets)
  const because = situation.proxyOnly
    ? 'the lab runs on loopback, where only its proxy may be used, and the proxy can not do this'
    : gap.map((item) => `${item.capability} is missing (${item.found})`).join('; ')
  const remedies = gap.map((item) => item.remedy)
  return new UserError(
    {
      code: 'CAPABILITY_MISSING',
      message: `${what} can not be had here: ${because}`,
      advice: [
        ...remedies,
        ...(situation.kept && !situation.kept.end
          ? [
              `the kernel carries this link of the lab ${situation.kept.lab}; netdrill does when it is built by: netdrill lab up FILE --carry`,
            ]
          : []),
        ...(proxyCould ? ['a proxy in front of the target could do it: --proxy LISTEN=UPSTREAM'] : []),
        'netdrill doctor shows what works on this machine',
      ],
    },
    EXIT.capability,
  )
}
