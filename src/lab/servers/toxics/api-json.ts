/** The API's documents, with Toxiproxy's field names; `ttl` and `protocol` are ours and absent unless used. */
import {type Millis, parseDuration} from '../../../core/units.ts'
import {type Toxic, ToxicProblem, bad} from './toxic.ts'
import type {ToxicProxy, ToxicProxySpec} from './toxic-proxy.ts'

export function toxicJson({name, type, stream, toxicity, attributes, ttl}: Toxic): object {
  return {attributes, name, type, stream, toxicity, ...(ttl === undefined ? {} : {ttl})}
}

export function proxyJson(proxy: ToxicProxy): object {
  const {name, listen, upstream, enabled, protocol, toxics} = proxy
  return {
    name,
    listen,
    upstream,
    enabled,
    ...(protocol === 'tcp' ? {} : {protocol}),
    toxics: toxics.map(toxicJson),
  }
}

/** Throws `ToxicProblem` 400. */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error))
  }
}

export function asObject(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw bad('not an object')
  return body as Record<string, unknown>
}

/** A proxy to create. Throws `ToxicProblem` 400. */
export function parseProxy(body: unknown): ToxicProxySpec {
  const object = asObject(body)
  const [name, upstream] = [textOf(object, 'name'), textOf(object, 'upstream')]
  if (!name) throw new ToxicProblem('missing required field: name', 400)
  if (!upstream) throw new ToxicProblem('missing required field: upstream', 400)
  const protocol = textOf(object, 'protocol') ?? 'tcp'
  if (protocol !== 'tcp' && protocol !== 'udp') throw bad('protocol is neither tcp nor udp')
  return {
    name,
    listen: textOf(object, 'listen') ?? '127.0.0.1:0',
    upstream,
    enabled: flagOf(object, 'enabled') ?? true,
    protocol,
  }
}

/** A text field; absent when it is empty. */
export function textOf(object: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = object[key]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw bad(`${key} is not a string`)
  return value
}

export function flagOf(object: Readonly<Record<string, unknown>>, key: string): boolean | undefined {
  const value = object[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw bad(`${key} is not a boolean`)
  return value
}

/** `30s` or a number of milliseconds. */
export function parseTtl(value: unknown): Millis | undefined {
  if (value === undefined || value === null) return undefined
  const parsed = typeof value === 'string' ? parseDuration(value) : null
  const ttl = parsed?.ok ? parsed.value : value
  if (typeof ttl !== 'number' || !Number.isFinite(ttl) || ttl <= 0)
    throw bad('ttl is not a duration such as "30s"')
  return ttl
}
