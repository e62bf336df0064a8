/** `mptcp`: what middleboxes do to Multipath TCP: its option is removed, or packets with it vanish (RFC 8684 §3.7). */
import * as z from 'zod'
import {UserError} from '../../core/errors.ts'
import {KERNEL_NEEDS} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {planByNft} from '../plan-by-nft.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation, Verdict} from '../situation.ts'

const MODES = {
  strip: {words: 'MPTCP option removed', action: 'strip-mptcp', part: 'any'},
  'drop-syn': {words: 'SYNs with the MPTCP option dropped', action: 'drop', part: 'syn'},
  'drop-join': {words: 'further MPTCP subflows dropped', action: 'drop', part: 'join'},
} as const

export const mptcpSchema = z.strictObject({
  kind: z.literal('mptcp'),
  mode: z
    .enum(['strip', 'drop-syn', 'drop-join'])
    .default('strip')
    .describe('strip: connections fall back to TCP; drop-syn: they stall; drop-join: no further subflow'),
  scope: scopeSchema.optional(),
})
export interface MptcpSpec {
  readonly kind: 'mptcp'
  readonly mode: keyof typeof MODES
  readonly scope?: FaultScope | undefined
}

export const mptcp: PlannedKind<MptcpSpec> = {
  kind: 'mptcp',
  summary: 'strip the option of Multipath TCP, or drop SYNs or further subflows that carry it',
  example: 'netdrill fault plan mptcp --mode strip --to 10.0.0.2 --port 443',
  needs: [[...KERNEL_NEEDS]],
  schema: mptcpSchema,
  needsDevice: false,
  shapes: false,
  plan: planMptcp,
}

function planMptcp({mode, scope}: MptcpSpec, situation: Situation): Blueprint {
  if (scope?.protocol !== undefined && scope.protocol !== 'tcp') {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `Multipath TCP is TCP: protocol ${scope.protocol} does not fit`,
    })
  }
  const {words, action, part} = MODES[mode]
  const verdict: Verdict = {action, answer: 'rst', direction: 'both', match: {type: 'mptcp', part}}
  return planByNft(situation, {words, effect: {}, notes: [], verdict})
}
