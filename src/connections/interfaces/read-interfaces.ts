/** Reads `ip -s -s -d -json link` (iproute2). Unknown keys are ignored, missing ones tolerated: versions differ. */
import type {BondFacts, InterfaceFacts} from '../../core/network-events.ts'
import {countsAsUp} from './bond-words.ts'
import type {LinkIdentity} from './read-speed.ts'

type Json = Readonly<Record<string, unknown>>

/** By name; empty for what is no such list. */
export function readInterfaces(text: string): ReadonlyMap<string, InterfaceFacts> {
  const links = parseList(text)
  return new Map(links.map((link) => [word(link['ifname']), factsOf(link, links)]))
}

/** By name: number and hardware address of each. */
export function readIdentities(text: string): ReadonlyMap<string, LinkIdentity> {
  return new Map(
    parseList(text).map((link) => {
      const name = word(link['ifname'])
      return [name, {name, index: count(link['ifindex']), address: word(link['address'])}]
    }),
  )
}

function parseList(text: string): readonly Json[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.map(object) : []
  } catch {
    return []
  }
}

function factsOf(link: Json, links: readonly Json[]): InterfaceFacts {
  const stats = object(link['stats64'])
  const [rx, tx] = [object(stats['rx']), object(stats['tx'])]
  const bond = bondOf(link, links)
  return {
    device: word(link['ifname']),
    packets: count(rx['packets']) + count(tx['packets']),
    errors: count(rx['errors']) + count(tx['errors']),
    dropped: count(rx['dropped']) + count(tx['dropped']),
    carrierChanges: count(tx['carrier_changes']),
    ...(bond !== null && {bond}),
  }
}

function bondOf(link: Json, links: readonly Json[]): BondFacts | null {
  const info = object(link['linkinfo'])
  if (info['info_kind'] !== 'bond') return null
  const data = object(info['info_data'])
  const members = links.filter((each) => each['master'] === link['ifname'])
  return {
    mode: word(data['mode']),
    active: typeof data['active_slave'] === 'string' ? data['active_slave'] : null,
    members: members.map((member) => {
      const slave = object(object(member['linkinfo'])['info_slave_data'])
      const mii = word(slave['mii_status']).toLowerCase().replaceAll('_', ' ')
      return {
        device: word(member['ifname']),
        state: word(slave['state']).toLowerCase(),
        up: countsAsUp(mii),
        mii,
        failures: count(slave['link_failure_count']),
      }
    }),
  }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
