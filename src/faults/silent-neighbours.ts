/** Neighbours that are not heard: what they say to find each other (ARP, neighbour discovery) is dropped where it arrives. */
import type {Place} from '../core/place.ts'
import type {Millis} from '../core/units.ts'
import {parseNetwork, prefixValue} from './addresses.ts'
import type {Readback} from './backends/readback.ts'
import {block, tableName} from './backends/nft-parts.ts'
import type {FaultCounters} from './fault.ts'
import {type Neighbour, readNeighbours} from './neighbours.ts'
import type {Tools} from './tools.ts'

export interface SilentNeighbours {
  readonly type: 'silent-neighbours'
  readonly device: string
  /** The name of our table. */
  readonly table: string
  readonly before: readonly Neighbour[]
}

/**
 * Before everything else that looks at what arrives. Their questions are dropped with their answers, since the kernel learns from those
 * too (RFC 826; RFC 4861 section 7.2.3); an answer may come from any address of a neighbour, so it is told by the one that it is about.
 */
export function silenceTable(
  id: string,
  lasts: Millis,
  {device, addresses}: {readonly device: string; readonly addresses: readonly string[]},
): string {
  const name = `netdev ${tableName(id)}`
  const until = `timeout ${Math.max(1, Math.ceil(lasts))}ms`
  const [old, six] = [
    addresses.filter((one) => !one.includes(':')),
    addresses.filter((one) => one.includes(':')),
  ]
  const live = [...(old.length > 0 ? [`arp ${until}`] : []), ...(six.length > 0 ? [`ip6 ${until}`] : [])]
  return [
    `create table ${name}`,
    ...block(`table ${name}`, [
      ...block('set live', ['type ether_type; flags timeout;', `elements = { ${live.join(', ')} }`]),
      ...block('chain arriving', [
        `type filter hook ingress device "${device}" priority -350; policy accept;`,
        ...(old.length > 0 ? [`meta protocol @live arp saddr ip { ${old.join(', ')} } counter drop`] : []),
        ...(six.length > 0
          ? [
              `meta protocol @live ip6 saddr { ${six.join(', ')} } icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } counter drop`,
              // The target address of the answer (RFC 4861 section 4.4), as raw octets: older nft has no word for it.
              ...six.map(
                (one) =>
                  `meta protocol @live icmpv6 type nd-neighbor-advert @th,64,128 ${hex(one)} counter drop`,
              ),
            ]
          : []),
      ]),
    ]),
    '',
  ].join('\n')
}

function hex(address: string): string {
  const network = parseNetwork(address)
  return `0x${network === null ? '0' : prefixValue(network).toString(16)}`
}

interface Where {
  readonly tools: Tools
  readonly place: Place
}

/** Null when it is not there. */
async function listTable({tools, place}: Where, table: string): Promise<string | null> {
  const args = ['list', 'table', 'netdev', table]
  const {exitCode, stdout} = await tools.run(place, {type: 'exec', file: 'nft', args})
  return exitCode === 0 ? stdout : null
}

export async function readSilence(
  where: Where,
  {device, table, before}: SilentNeighbours,
): Promise<Readback> {
  const listed = await listTable(where, table)
  const asAsked = listed !== null && /\bexpires\b/.test(listed) && /\bdrop\b/.test(listed)
  const names = before.map(({address}) => address).join(', ')
  return {asAsked, text: asAsked ? `${names} not heard on ${device}` : `no live table netdev ${table}`}
}

/** Questions and answers of them that came meanwhile, each of which was dropped. */
export async function countSilence(where: Where, {table}: SilentNeighbours): Promise<FaultCounters | null> {
  const listed = await listTable(where, table)
  if (listed === null) return null
  const count = [...listed.matchAll(/counter packets (\d+)/g)].reduce((sum, [, one]) => sum + Number(one), 0)
  return {matched: count, affected: count}
}

export async function silenceLeftovers(
  where: Where,
  {device, table, before}: SilentNeighbours,
): Promise<readonly string[]> {
  const listed = await listTable(where, table)
  const addresses = before.map(({address}) => address)
  const now = (await readNeighbours(where.tools, where.place, {device, addresses})) ?? []
  const changed = before.flatMap(({address, permanent, lladdr}, index) => {
    const is = now[index]
    const same = !permanent || (is?.permanent === true && is.lladdr === lladdr)
    return same
      ? []
      : [`the neighbour ${address} is at ${is?.lladdr ?? 'nothing'}, and was set to ${lladdr ?? 'nothing'}`]
  })
  return [...(listed === null ? [] : [`the table netdev ${table} is still there`]), ...changed]
}
