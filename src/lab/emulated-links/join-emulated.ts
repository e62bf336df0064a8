import type {LinkEffect} from '../../core/link-effects.ts'
import {computeLimit} from '../../core/netem-limit.ts'
import type {Nodes} from '../build-nodes.ts'
import type {LinkShape} from '../lab.ts'
import {lossOf, rateOf} from '../link-shape.ts'
import type {Segment} from '../topology.ts'
import {shapeOrders} from './link-carrier.ts'

/** Starts to carry the packets of a link whose ports are up; nothing where the kernel carries them. */
export async function joinEmulated(segment: Segment, nodes: Nodes): Promise<void> {
  if (!segment.emulated || segment.switch === null) return
  const {shape} = segment
  const orders = shape ? shapeOrders((sender) => shapeEffect(shape, sender)) : []
  await nodes.get(segment.switch)?.session.joinLink(segment.name, ['port0', 'port1'], orders)
}

function shapeEffect(shape: LinkShape, sender: 0 | 1): LinkEffect {
  const {delay = 0, jitter = 0, distribution = 'uniform', duplicate = 0, keepOrder = true} = shape
  const rate = rateOf(shape, sender)
  const loss = lossOf(shape)
  return {
    delay,
    jitter,
    correlation: 0,
    distribution,
    keepOrder,
    limit: computeLimit({delay, jitter, rate: rate ?? null}),
    ...(loss && {loss}),
    ...(duplicate > 0 && {duplicate: {chance: duplicate, correlation: 0}}),
    ...(rate === undefined ? {} : {rate}),
  }
}
