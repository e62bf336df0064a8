/** Proxies and toxics as people write them: Toxiproxy's JSON file, and the words of `--toxic`. */
import {UserError} from '../core/errors.ts'
import {asObject, parseBody, parseProxy, parseTtl} from '../lab/servers/toxics/api-json.ts'
import {type Protocol, type Toxic, parseToxic} from '../lab/servers/toxics/toxic.ts'
import {parseToxicWords} from '../lab/servers/toxics/toxic-words.ts'
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

/** One `--toxic`. Throws USAGE_INVALID. */
export function readToxicFlag(text: string, protocol: Protocol): Toxic {
  return inWords(`--toxic ${text}`, () => parseToxicWords(text, protocol))
}

function readToxic(body: Readonly<Record<string, unknown>>, protocol: Protocol): Toxic {
  return parseToxic(body, protocol, parseTtl(body['ttl']))
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
