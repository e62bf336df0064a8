import type {LinkEffect} from '../../core/link-effects.ts'
import type {Millis} from '../../core/units.ts'
import {computeLimit} from '../../core/netem-limit.ts'
import type {NetemSpec} from './netem-spec.ts'

/** A netem fault as an order for a link that netdrill carries itself. */
export function netemCarrier(spec: NetemSpec, delay: Millis): LinkEffect {
  const {rate, loss, duplicate, corrupt, reorder, slot} = spec
  return {
    ...queueing(spec, delay),
    ...(loss && {loss}),
    ...(duplicate && {duplicate}),
    ...(corrupt && {corrupt}),
    ...(reorder && {reorder: {...reorder, gap: spec.gap ?? 1}}),
    ...(rate !== undefined && {rate}),
    ...(slot && {slot: {...slot, max: slot.max ?? slot.min}}),
  }
}

type Queueing = Pick<LinkEffect, 'delay' | 'jitter' | 'correlation' | 'distribution' | 'keepOrder' | 'limit'>

function queueing(spec: NetemSpec, delay: Millis): Queueing {
  const {jitter = 0, correlation = 0, distribution = 'uniform', rate = null, reorder} = spec
  return {
    delay,
    jitter,
    correlation,
    distribution,
    keepOrder: spec.keep_order ?? reorder === undefined,
    limit: spec.limit ?? computeLimit({delay, jitter, rate}),
  }
}
