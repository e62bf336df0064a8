import type {LinkEffect} from '../../core/link-effects.ts'
import {computeLimit} from '../../core/netem-limit.ts'
import type {Nodes} from '../build-nodes.ts'
import type {LinkShape} from '../lab.ts'
import type {Segment} from '../topology.ts'
import {shapeOrders} from './link-carrier.ts'

/** Starts to carry the packets of a link whose ports are up; nothing where the kernel carries them. */
export async function joinEmulated(segment: Segment, nodes: Nodes): Promise<void> {
  if (!segment.emulated || segment.switch === null) return
  const orders = segment.shape ? shapeOrders(shapeEffect(segment.shape)) : []
  await nodes.get(segment.switch)?.session.joinLink(segment.name, ['port0', 'port1'], orders)
}

function shapeEffect({delay = 0, jitter = 0, loss, rate}: LinkShape): LinkEffect {
  return {
    delay,
    jitter,
    correlation: 0,
    distribution: 'uniform',
    keepOrder: true,
    limit: computeLimit({delay, jitter, rate: rate ?? null}),
    ...(loss === undefined ? {} : {loss: {model: 'random', chance: loss, correlation: 0}}),
    ...(rate === undefined ? {} : {rate}),
  }
}
