import {isIPv4, isIPv6} from 'node:net'
import type {Parsed} from '../core/units.ts'

/** An IPv4 or IPv6 network that hands out host addresses. */
export interface Subnet {
  readonly family: 4 | 6
  readonly prefix: number
  /** As `ip route` takes it. */
  readonly network: string
  /** How many hosts have room. */
  readonly room: number
  /** The address of a host, counted from 1. */
  host(number: number): string
}

/** Takes an IPv4 network such as `10.77.0.0/24` apart; it must have room for two hosts, so /30 at most. */
export function parseSubnet(text: string): Parsed<Subnet> {
  const [base = '', prefixText = '', ...rest] = text.trim().split('/')
  const prefix = Number(prefixText)
  if (!isIPv4(base) || !/^\d{1,2}$/.test(prefixText) || rest.length > 0) {
    return {ok: false, because: `"${text}" is not an IPv4 network such as 10.77.0.0/24`}
  }
  if (prefix < 8 || prefix > 30)
    return {ok: false, because: `"${text}": the prefix must be between /8 and /30`}
  const number = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const stray = number % 2 ** (32 - prefix)
  if (stray !== 0) {
    return {ok: false, because: `"${text}" has host bits set: write ${dotted(number - stray)}/${prefix}`}
  }
  return {
    ok: true,
    value: {
      family: 4,
      prefix,
      network: `${base}/${prefix}`,
      room: 2 ** (32 - prefix) - 2,
      host: (count) => dotted(number + count),
    },
  }
}

/** The least prefix keeps host numbers inside the last group of the address. */
const LEAST_PREFIX6 = 48
const MOST_PREFIX6 = 112

/** Takes an IPv6 network such as `fd77::/64` apart; written with `::` at its end, since hosts are counted behind it. */
export function parseSubnet6(text: string): Parsed<Subnet> {
  const [base = '', prefixText = '', ...rest] = text.trim().split('/')
  const prefix = Number(prefixText)
  if (!isIPv6(base) || !base.endsWith('::') || !/^\d{1,3}$/.test(prefixText) || rest.length > 0) {
    return {ok: false, because: `"${text}" is not an IPv6 network such as fd77::/64`}
  }
  if (prefix < LEAST_PREFIX6 || prefix > MOST_PREFIX6) {
    return {
      ok: false,
      because: `"${text}": the prefix must be between /${LEAST_PREFIX6} and /${MOST_PREFIX6}`,
    }
  }
  return {
    ok: true,
    value: {
      family: 6,
      prefix,
      network: `${base}/${prefix}`,
      room: 0xff_ff,
      host: (count) => `${base}${count.toString(16)}`,
    },
  }
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
