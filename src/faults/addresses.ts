/** Addresses and networks of a scope: parsing, covering, overlapping. Literals only; names are resolved before. */
import {BlockList, isIP} from 'node:net'
import type {Family} from '../core/outcome.ts'

export interface Network {
  readonly family: Family
  readonly address: string
  readonly prefix: number
}

/** `10.0.0.2`, `10.0.0.0/24`, `2001:db8::/32`; null when the text is no literal address or network. */
export function parseNetwork(text: string): Network | null {
  const [address = '', prefixText, ...rest] = text.trim().split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || address.includes('%')) return null
  const family: Family = version === 6 ? 6 : 4
  const bits = bitsOf(family)
  if (prefixText === undefined) return {family, address, prefix: bits}
  const prefix = Number(prefixText)
  return /^\d{1,3}$/.test(prefixText) && prefix <= bits ? {family, address, prefix} : null
}

export function isSingle(network: Network): boolean {
  return network.prefix === bitsOf(network.family)
}

export function formatNetwork(network: Network): string {
  return isSingle(network) ? network.address : `${network.address}/${network.prefix}`
}

export function covers(network: Network, address: string): boolean {
  if (isIP(address) !== network.family) return false
  const type = network.family === 6 ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  list.addSubnet(network.address, network.prefix, type)
  return list.check(address, type)
}

/** Two networks share addresses exactly when the wider one covers the other's address. */
export function overlap(a: Network, b: Network): boolean {
  return a.family === b.family && (a.prefix <= b.prefix ? covers(a, b.address) : covers(b, a.address))
}

/** So wide that it means "everything out there": wider than one /8 of IPv4 or /16 of IPv6. */
export function isBroad(network: Network): boolean {
  return network.prefix < (network.family === 4 ? 8 : 16)
}

function bitsOf(family: Family): number {
  return family === 6 ? 128 : 32
}

/** The first `prefix` bits of a network as a number, for matches on raw packet bytes. */
export function prefixValue({family, address, prefix}: Network): bigint {
  const value = family === 6 ? ipv6Value(address) : ipv4Value(address)
  return value >> BigInt(bitsOf(family) - prefix)
}

function ipv4Value(address: string): bigint {
  return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
}

function ipv6Value(address: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  const tail = dotted ? ipv4Value(dotted[2] ?? '') : 0n
  const text = dotted
    ? `${dotted[1] ?? ''}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`
    : address
  const [head = '', rest] = text.split('::')
  const words = (part: string): readonly string[] => (part === '' ? [] : part.split(':'))
  const after = words(rest ?? '')
  const before = words(head)
  const zeros = rest === undefined ? [] : Array.from({length: 8 - before.length - after.length}, () => '0')
  return [...before, ...zeros, ...after].reduce((sum, word) => sum * 65_536n + BigInt(`0x${word}`), 0n)
}
