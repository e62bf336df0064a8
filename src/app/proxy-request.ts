/** Proxies and toxics as people write them: Toxiproxy's JSON file, and the words of `--toxic`. */
import {UserError} from '../core/errors.ts'
import {parseDuration, parsePercent} from '../core/units.ts'
import {asObject, parseBody, parseProxy, parseTtl} from '../lab/servers/toxics/api-json.ts'
import {type Protocol, type Toxic, parseToxic} from '../lab/servers/toxics/toxic.ts'
import type {ToxicProxySpec} from '../lab/servers/toxics/toxic-proxy.ts'

export interface FileProxy extends ToxicProxySpec {
  readonly toxics: readonly Toxic[]
}

/** A list of proxies as `POST /populate` takes it, each with its `toxics` as an addition. Throws USAGE_INVALID. */
export function readProxyFile(file: string, text: string): readonly FileProxy[] {
  return inWords(file, () => {
    const list = parseBody(text)
    if (!Array.isArray(list)) throw new Error('not a list of proxies')
    return list.map((body: unknown) => {
      const spec = parseProxy(body)
      const toxics = asObject(body)['toxics'] ?? []
      if (!Array.isArray(toxics)) throw new Error('toxics is not a list')
      return {...spec, toxics: toxics.map((toxic: unknown) => readToxic(asObject(toxic), spec.protocol))}
    })
  })
}

/**
 * `latency=100ms,jitter=20ms`: the first word is the kind; its value is the attribute of the same name, or the kind's first one.
 * `stream`, `toxicity`, `name` and `ttl` go for every kind. Durations, shares (`1%`) and plain numbers are understood. Throws USAGE_INVALID.
 */
export function readToxicFlag(text: string, protocol: Protocol): Toxic {
  return inWords(`--toxic ${text}`, () => {
    const [[type = '', own] = [], ...more] = text
      .split(',')
      .map((word) => word.split('=', 2).map((part) => part.trim()))
    const pairs: readonly Pair[] = more.map(([key = '', value]) => {
      if (value === undefined) throw new Error(`"${key}" has no value`)
      return [key, value]
    })
    const isGeneral = ([key]: Pair): boolean => GENERAL.includes(key)
    const special: readonly Pair[] = [
      ...(own === undefined ? [] : [[leading(type), own] as const]),
      ...pairs.filter((pair) => !isGeneral(pair)),
    ]
    const attributes = Object.fromEntries(special.map(([key, value]) => [key, attributeOf(type, key, value)]))
    const general: Record<string, unknown> = {}
    for (const [key, value] of pairs.filter(isGeneral)) {
      general[key] = key === 'toxicity' ? quantity(key, value) : value
    }
    const toxic = readToxic({...general, type, attributes}, protocol)
    refuseStrangers(toxic, Object.keys(attributes))
    return toxic
  })
}

type Pair = readonly [key: string, value: string]

const GENERAL = ['stream', 'name', 'ttl', 'toxicity']

/** The API counts the delay of a slicer in microseconds; a duration in words says its unit itself. */
function attributeOf(type: string, key: string, value: string): number {
  const inMicroseconds = type === 'slicer' && key === 'delay' && /[a-zµ]$/.test(value)
  return quantity(key, value) * (inMicroseconds ? 1000 : 1)
}

function refuseStrangers({type, attributes}: Toxic, given: readonly string[]): void {
  const own = Object.keys(attributes)
  const stranger = given.find((key) => !own.includes(key))
  if (stranger === undefined) return
  throw new Error(`${type} has no ${stranger}; it has ${own.join(', ') || 'no attributes'}`)
}

function readToxic(body: Readonly<Record<string, unknown>>, protocol: Protocol): Toxic {
  return parseToxic(body, protocol, parseTtl(body['ttl']))
}

/** The attribute that a value right behind the kind's name means. */
function leading(type: string): string {
  const first: Readonly<Record<string, string>> = {
    latency: 'latency',
    bandwidth: 'rate',
    slow_close: 'delay',
    timeout: 'timeout',
    reset_peer: 'timeout',
    slicer: 'average_size',
    limit_data: 'bytes',
    connect_delay: 'delay',
    fail_first: 'count',
    fail_window: 'length',
    half_close: 'timeout',
    tls_stall: 'timeout',
    garbage: 'bytes',
  }
  return first[type] ?? 'probability'
}

function quantity(key: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  const parsed = text.endsWith('%') ? parsePercent(text) : parseDuration(text)
  if (!parsed.ok) throw new Error(`${key}: ${parsed.because}`)
  return parsed.value
}

function inWords<T>(place: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `${place}: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}
