import type {DnsMessage} from './codec/message.ts'
import {EXTENDED_ERRORS} from './codec/registry.ts'
import type {DnsOptions} from './options.ts'

export function ednsOf(options: DnsOptions): {readonly size: number; readonly dnssecOk: boolean} | null {
  return options.edns === 0 ? null : {size: options.edns, dnssecOk: options.do}
}

const EXTENDED_ERROR = 15

/** The extended errors of an answer (RFC 8914), such as `DNSSEC bogus (6): text`. */
export function extendedErrors({edns}: DnsMessage): readonly string[] {
  return (edns?.options ?? [])
    .filter(({code, data}) => code === EXTENDED_ERROR && data.length >= 2)
    .map(({data}) => {
      const code = ((data[0] ?? 0) << 8) | (data[1] ?? 0)
      const text = Buffer.from(data.subarray(2)).toString('utf8').replace(/\0$/, '')
      const name = EXTENDED_ERRORS[code] ?? 'unknown extended error'
      return `${name} (${code})${text === '' ? '' : `: ${text}`}`
    })
}
