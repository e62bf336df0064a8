import {addressFamily} from './address.ts'
import type {Family} from './outcome.ts'

export interface NamedServer {
  readonly address: string
  readonly family: Family
  /** Null for the usual one of the transport. */
  readonly port: number | null
}

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:53`; null for anything else, names too. */
export function parseServer(text: string): NamedServer | null {
  const bare = addressFamily(text)
  if (bare !== null) return {address: text, family: bare, port: null}
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text)
  const address = match?.[1] ?? match?.[2] ?? ''
  const family = addressFamily(address)
  const port = match?.[3] === undefined ? null : Number(match[3])
  if (family === null || port === 0 || (port !== null && port > 65_535)) return null
  return {address, family, port}
}
