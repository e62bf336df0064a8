import type {ProxyFaultOrder} from '../../../core/proxy-effects.ts'
import {type Protocol, type Toxic, TOXIC_KINDS, isAllowed, isKind} from '../toxics/toxic.ts'

/**
 * The toxics of a fault for one protocol; those that can't act on it are left out. Named by fault and place, so that a seed
 * repeats what is drawn for them.
 */
export function toxicsOf({fault, effects}: ProxyFaultOrder, protocol: Protocol): readonly Toxic[] {
  return effects.flatMap((effect, index) => {
    if (effect.type !== 'toxic' || !isKind(effect.kind) || !isAllowed(effect.kind, protocol)) return []
    if (effect.protocol !== undefined && effect.protocol !== protocol) return []
    const {kind, stream, toxicity, attributes} = effect
    return {
      name: `${fault}/${index}`,
      type: kind,
      stream,
      toxicity,
      attributes: {...TOXIC_KINDS[kind], ...attributes},
      fault,
    }
  })
}
