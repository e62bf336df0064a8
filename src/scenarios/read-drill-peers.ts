import {peerSpecs} from '../connections/peers/schema.ts'
import type {LoadedDocument} from '../config/load.ts'
import {UserError} from '../core/errors.ts'
import {suggest} from '../core/text.ts'
import type {NetdrillDocument} from './document-schema.ts'
import type {DrillSpec} from './drill-spec.ts'

/** The peers of a drill with the nodes that keep them. Throws `UserError` for names that are taken or unknown. */
export function readDrillPeers(
  {value, keyPositionOf}: LoadedDocument<NetdrillDocument>,
  from: string,
  taken: readonly {readonly name: string}[],
): NonNullable<DrillSpec['peers']> {
  const document = value.peers ?? {}
  const nodes = [...(value.lab?.nodes ?? []), 'host']
  const specs = peerSpecs(document)
  const all = new Set(specs.map(({name}) => name))
  return specs.map((spec) => {
    const {signal} = spec
    // As it is written: of so many that are alike the name of all.
    const name = spec.set ?? spec.name
    const node = document[name]?.from ?? from
    const fail = (message: string, key: string, advice: readonly string[]): UserError =>
      new UserError({
        ...{code: 'CONFIG_REFERENCE', message, advice},
        position: keyPositionOf(['peers', name, ...(key === '' ? [] : [key])]),
      })
    const other = ['give one of them another name']
    for (const own of new Set([name, spec.name]))
      if (taken.some((one) => one.name === own))
        throw fail(`${own} is a target or group and a peer`, '', other)
    if (!nodes.includes(node)) throw fail(`there is no node "${node}" in the lab`, 'from', near(node, nodes))
    if (signal?.type === 'peer' && !all.has(signal.peer))
      throw fail(`there is no peer "${signal.peer}"`, 'signal', near(signal.peer, Object.keys(document)))
    return {node, spec}
  })
}

function near(name: string, known: readonly string[]): readonly string[] {
  const meant = suggest(name, known)
  return [meant === null ? `known: ${known.join(', ')}` : `did you mean "${meant}"?`]
}
