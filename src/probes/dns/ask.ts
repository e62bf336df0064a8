/** From a target and its options to the question that is put. */
import {addressFamily} from '../../core/address.ts'
import {UserError} from '../../core/errors.ts'
import type {Family} from '../../core/outcome.ts'
import type {TargetUrl} from '../../core/target.ts'
import type {DnsQuestion} from './codec/message.ts'
import {formatName, parseName, reverseName} from './codec/names.ts'
import {DnsFormatError} from './codec/reader.ts'
import {classNumber, typeNumber} from './codec/registry.ts'
import {addressBytes} from './address-bytes.ts'
import {freshCookie} from './edns.ts'
import {type DnsOptions, dnsOptions} from './options.ts'

export interface Ask {
  readonly question: DnsQuestion
  /** In master file syntax. */
  readonly name: string
  readonly options: DnsOptions
  /** Our part of it; null sends none. */
  readonly cookie: Uint8Array | null
}

/** Where a question goes. */
export interface Server {
  readonly address: string
  readonly family: Family
  readonly port: number
}

/**
 * The question of a target, or why its name is none. Throws `USAGE_INVALID` for what is wrong whatever the name:
 * unknown or contradicting words in the URL.
 */
export function askOf(url: TargetUrl, options: DnsOptions): Ask | {readonly badName: string} {
  const {type: urlType, class: urlClass, ...others} = url.query
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    throw usage(`"${url.text}": a DNS target knows type= and class=, not ${unknown}=`)
  if (url.path === '') throw usage(`"${url.text}" names nothing to ask for: write dns://resolver/name?type=A`)
  checkOptions(url, options)
  const literal = addressFamily(url.path)
  const type = agreed('type', urlType, options.type) ?? (literal === null ? 'A' : 'PTR')
  const name =
    literal !== null && type.toUpperCase() === 'PTR' ? reverseName(addressBytes(url.path)) : url.path
  try {
    const labels = parseName(name)
    const kind = agreed('class', urlClass, options.class) ?? 'IN'
    const question = {labels, type: numberOf('type', type), class: numberOf('class', kind)}
    return {question, name: formatName(labels), options, cookie: options.cookie ? freshCookie() : null}
  } catch (error) {
    if (error instanceof DnsFormatError) return {badName: error.message}
    throw error
  }
}

/** Not in the schema: a document takes over its keys one by one. */
function checkOptions({host, text}: TargetUrl, options: DnsOptions): void {
  const {edns, servers, compare} = options
  const needy = (['do', 'dnssec', 'nsid', 'cookie', 'subnet'] as const).find((key) => Boolean(options[key]))
  if (needy !== undefined && edns === 0) throw usage(`${needy} needs EDNS, so edns must not be 0B`)
  if (servers.length > 0 && host !== '') throw usage(`servers contradict the server in "${text}"`)
  if (compare && servers.length < 2) throw usage('compare needs two servers or more')
}

function agreed(word: string, inUrl: string | undefined, inOptions: string | undefined): string | undefined {
  if (inUrl !== undefined && inOptions !== undefined && inUrl.toUpperCase() !== inOptions.toUpperCase()) {
    throw usage(`the target asks for ${word} ${inUrl}, the options ask for ${inOptions}`)
  }
  return inUrl ?? inOptions
}

function numberOf(word: 'type' | 'class', name: string): number {
  const value = word === 'type' ? typeNumber(name) : classNumber(name)
  if (value !== null) return value
  // The schema words the complaint, with its suggestion.
  const checked = dnsOptions.safeParse({[word]: name})
  throw usage(checked.error?.issues[0]?.message ?? `"${name}" is no ${word}`)
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}
