/** What is said beside the question by EDNS options, and what comes back. */
import {type DnsMessage, type EdnsOption, type EdnsRequest} from './codec/message.ts'
import {EXTENDED_ERRORS} from './codec/registry.ts'
import {describeSubnet, encodeSubnet, parseSubnet} from './client-subnet.ts'
import type {Ask} from './ask.ts'

/** Of the IANA registry of EDNS0 option codes. */
const NSID = 3
const CLIENT_SUBNET = 8
const COOKIE = 10
const EXTENDED_ERROR = 15

/** RFC 7873 section 4: eight octets of ours, then eight to thirty-two of the server's. */
const CLIENT_COOKIE = 8
const [LEAST_SERVER_COOKIE, MOST_SERVER_COOKIE] = [8, 32]

/** Null asks without EDNS. */
export function ednsOf({options, cookie}: Pick<Ask, 'options' | 'cookie'>): EdnsRequest | null {
  if (options.edns === 0) return null
  const subnet = options.subnet === undefined ? null : parseSubnet(options.subnet)
  return {
    size: options.edns,
    dnssecOk: options.do || options.dnssec,
    options: [
      ...(options.nsid ? [{code: NSID, data: new Uint8Array()}] : []),
      ...(subnet ? [{code: CLIENT_SUBNET, data: encodeSubnet(subnet)}] : []),
      ...(cookie ? [{code: COOKIE, data: cookie}] : []),
    ],
  }
}

/** Unpredictable, so that an answer with it can only come from who got the question. */
export function freshCookie(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(CLIENT_COOKIE))
}

/** Why the cookie of an answer shows that it is not for us; null when it does not (RFC 7873 section 5.3). */
export function cookieMismatch(message: DnsMessage, {cookie}: Pick<Ask, 'cookie'>): string | null {
  const found = cookie && optionOf(message, COOKIE)
  if (!found) return null
  const ours = found.slice(0, CLIENT_COOKIE)
  return Buffer.compare(ours, cookie) === 0 ? null : 'another cookie'
}

/** What the options of an answer say; a fact is there when it was asked for. */
export interface EdnsFacts {
  /** As text where it is text, else hexadecimal; null when the server gave none. */
  readonly nsid?: string | null
  /** `192.0.2.0/24, scope /20`; null when the server ignored it. */
  readonly subnet?: string | null
  /** The server's part, hexadecimal; null when it gave none. */
  readonly cookie?: string | null
  readonly errors: readonly string[]
}

export function ednsFacts(
  message: DnsMessage,
  {options, cookie}: Pick<Ask, 'options' | 'cookie'>,
): EdnsFacts {
  const subnet = optionOf(message, CLIENT_SUBNET)
  return {
    ...(options.nsid ? {nsid: readNsid(optionOf(message, NSID))} : {}),
    ...(options.subnet === undefined ? {} : {subnet: subnet ? describeSubnet(subnet) : null}),
    ...(cookie ? {cookie: serverCookie(optionOf(message, COOKIE))} : {}),
    errors: extendedErrors(message),
  }
}

function optionOf({edns}: DnsMessage, code: number): Uint8Array | null {
  return edns?.options.find((option: EdnsOption) => option.code === code)?.data ?? null
}

function readNsid(data: Uint8Array | null): string | null {
  if (!data || data.length === 0) return null
  const isText = data.every((octet) => octet >= 0x20 && octet < 0x7f)
  return isText ? Buffer.from(data).toString('latin1') : Buffer.from(data).toString('hex')
}

function serverCookie(data: Uint8Array | null): string | null {
  const part = data?.slice(CLIENT_COOKIE) ?? new Uint8Array()
  const fits = part.length >= LEAST_SERVER_COOKIE && part.length <= MOST_SERVER_COOKIE
  return fits ? Buffer.from(part).toString('hex') : null
}

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
