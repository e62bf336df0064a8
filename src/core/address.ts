/** Literal addresses and networks. Uses the pure functions of node:net only; no socket is made here. */
import {BlockList, isIP} from 'node:net'
import type {Family} from './outcome.ts'

/** The family of a literal address; null for a name. */
export function addressFamily(text: string): Family | null {
  const family = isIP(text)
  return family === 4 || family === 6 ? family : null
}

/** Whether `text` is an address or a network in CIDR form. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix] = text.split('/')
  const family = addressFamily(address)
  if (family === null) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32))
}

/** Whether the literal address lies in the network (or equals the address) `network`; false for other families. */
export function isInNetwork(address: string, network: string): boolean {
  const family = addressFamily(address)
  const [base = '', prefix] = network.split('/')
  if (family === null || addressFamily(base) !== family) return false
  const type = family === 6 ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  list.addSubnet(base, prefix === undefined ? (family === 6 ? 128 : 32) : Number(prefix), type)
  return list.check(address, type)
}
