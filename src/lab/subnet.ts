import {isIPv4} from 'node:net'
import type {Parsed} from '../core/units.ts'

export interface Subnet {
  readonly prefix: number
  /** The first two host addresses. */
  readonly first: string
  readonly second: string
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
  if (number % 2 ** (32 - prefix) !== 0) {
    return {
      ok: false,
      because: `"${text}" has host bits set: write ${dotted(number - (number % 2 ** (32 - prefix)))}/${prefix}`,
    }
  }
  return {ok: true, value: {prefix, first: dotted(number + 1), second: dotted(number + 2)}}
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
