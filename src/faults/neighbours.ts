/** Entries of the neighbour tables (ARP, and neighbour discovery of IPv6), as ip-neighbour(8) tells them. */
import type {Place} from '../core/place.ts'
import {asList, asText, at} from './json-shape.ts'
import type {Tools} from './tools.ts'

export interface Neighbour {
  readonly address: string
  /** Null: not known. */
  readonly lladdr: string | null
  /** Set by hand, not learnt by the kernel. */
  readonly permanent: boolean
}

interface Asked {
  readonly device: string
  readonly addresses: readonly string[]
}

/** One for each address; null when ip doesn't tell. */
export async function readNeighbours(
  tools: Tools,
  place: Place,
  {device, addresses}: Asked,
): Promise<readonly Neighbour[] | null> {
  const answers = await Promise.all(
    addresses.map(async (address) => ({
      address,
      answer: await tools.json(place, 'ip', ['-j', 'neigh', 'show', 'to', address, 'dev', device]),
    })),
  )
  if (!answers.every(({answer}) => Array.isArray(answer))) return null
  return answers.map(({address, answer}) => {
    const [entry] = asList(answer)
    const permanent = asList(at(entry, 'state')).includes('PERMANENT')
    return {address, lladdr: asText(at(entry, 'lladdr')), permanent}
  })
}
