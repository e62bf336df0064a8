/** The blueprint of faults that only nftables can do. Pure. */
import {KERNEL_NEEDS, hasAll, missingError} from './choose-backend.ts'
import type {Blueprint, Situation, Verdict} from './situation.ts'

interface NftFault extends Pick<Blueprint, 'words' | 'effect' | 'notes'> {
  readonly verdict: Verdict
}

/** Throws CAPABILITY_MISSING (exit 6) without nftables or the right to use it. */
export function planByNft(situation: Situation, fault: NftFault): Blueprint {
  if (!hasAll(situation, KERNEL_NEEDS)) {
    throw missingError(situation, `the fault "${fault.words}"`, [KERNEL_NEEDS])
  }
  return {
    backend: 'nft',
    because: 'nftables is here, works for IPv4 and IPv6, and ends the fault by itself',
    warnings: [],
    ...fault,
  }
}
