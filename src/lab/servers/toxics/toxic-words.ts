/** Toxics as people write them: `latency=100ms,jitter=20ms`. */
import {parseDuration, parsePercent} from '../../../core/units.ts'
import {parseTtl} from './api-json.ts'
import {type Protocol, type Toxic, TOXIC_KINDS, isKind, parseToxic} from './toxic.ts'

type Pair = readonly [key: string, value: string]

const GENERAL = ['stream', 'name', 'ttl', 'toxicity']

/**
 * The first word is the kind; its value is the attribute of the same name, or the kind's first one. `stream`, `toxicity`,
 * `name` and `ttl` go for every kind. Durations, shares (`1%`) and plain numbers are understood. Throws an error with the reason.
 */
export function parseToxicWords(text: string, protocol: Protocol): Toxic {
  const [[type = '', own] = [], ...more] = text
    .split(',')
    .map((word) => word.split('=', 2).map((part) => part.trim()))
  const pairs: readonly Pair[] = more.map(([key = '', value]) => {
    if (value === undefined) throw new Error(`"${key}" has no value`)
    return [key, value]
  })
  return toxicOfPairs(type, own === undefined ? pairs : [[leading(type), own], ...pairs], protocol)
}

/** The same from keys and values of a document. */
export function toxicOfPairs(type: string, pairs: readonly Pair[], protocol: Protocol): Toxic {
  const isGeneral = ([key]: Pair): boolean => GENERAL.includes(key)
  const special = pairs.filter((pair) => !isGeneral(pair))
  const attributes = Object.fromEntries(special.map(([key, value]) => [key, attributeOf(type, key, value)]))
  const general: Record<string, unknown> = {}
  for (const [key, value] of pairs.filter(isGeneral)) {
    general[key] = key === 'toxicity' ? quantity(key, value) : value
  }
  const toxic = parseToxic({...general, type, attributes}, protocol, parseTtl(general['ttl']))
  refuseStrangers(toxic, Object.keys(attributes))
  return toxic
}

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

/** The attribute that a value right behind the kind's name means. */
function leading(type: string): string {
  if (type === 'fail_window') return 'length'
  return (isKind(type) ? Object.keys(TOXIC_KINDS[type])[0] : undefined) ?? 'value'
}

function quantity(key: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  const parsed = text.endsWith('%') ? parsePercent(text) : parseDuration(text)
  if (!parsed.ok) throw new Error(`${key}: ${parsed.because}`)
  return parsed.value
}
