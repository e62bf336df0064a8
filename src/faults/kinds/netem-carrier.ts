import type {LinkEffect} from '../../core/link-effects.ts'
import type {Millis} from '../../core/units.ts'
import {computeLimit} from '../../core/netem-limit.ts'
import type {NetemSpec} from './netem-spec.ts'

/** A netem fault as an order for a link that netdrill carries itself. */
export function netemCarrier(spec: NetemSpec, delay: Millis): LinkEffect {
  const {jitter = 0, rate, loss, duplicate, corrupt, reorder, slot} = spec
  return {
    delay,
    jitter,
    correlation: spec.correlation ?? 0,
    distribution: spec.distribution ?? 'uniform',
    keepOrder: spec.keep_order ?? reorder === undefined,
    limit: spec.limit ?? computeLimit({delay, jitter, rate: rate ?? null}),
    ...(loss && {loss}),
    ...(duplicate && {duplicate}),
    ...(corrupt && {corrupt}),
    ...(reorder && {reorder: {...reorder, gap: spec.gap ?? 1}}),
    ...(rate !== undefined && {rate}),
    ...(slot && {slot: {...slot, max: slot.max ?? slot.min}}),
  }
}
