import type {Ports} from '../../core/ports.ts'
import type {LabLink, LabSpec} from '../lab.ts'
import {isRateAlone} from '../link-shape.ts'

/** Links that only netem could shape are carried by netdrill itself where the kernel has none. */
export async function emulateShaped(
  spec: LabSpec,
  {capabilities}: Pick<Ports, 'capabilities'>,
): Promise<LabSpec> {
  if (!spec.links.some(needsNetem)) return spec
  const {status} = await capabilities.check('qdisc-netem')
  if (status !== 'missing') return spec
  return {...spec, links: spec.links.map((link) => (needsNetem(link) ? {...link, emulate: true} : link))}
}

/** A rate alone is the token bucket's, which every kernel has. Whoever says that the kernel is to do it has decided. */
function needsNetem({shape, bond, emulate}: LabLink): boolean {
  return shape !== undefined && bond === undefined && emulate === undefined && !isRateAlone(shape)
}
