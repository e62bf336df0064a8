import {lookup as lookupCallback} from 'node:dns'
import {readFile} from 'node:fs/promises'
import type {NetError, ResolvedAddress, ResolverConfiguration, SystemResolver} from '../core/ports.ts'
import type {Family} from '../core/outcome.ts'
import {toNetError} from './net-errors.ts'

/** getaddrinfo(3) in Node's thread pool, and resolv.conf(5). */
export const systemResolver: SystemResolver = {
  lookup: async (name, family, signal) => lookup(name, family, signal),
  async configuration() {
    try {
      return parseResolvConf(await readFile('/etc/resolv.conf', 'utf8'))
    } catch {
      return parseResolvConf('')
    }
  },
}

/** getaddrinfo can't be interrupted: at an abort its late answer is dropped. */
async function lookup(
  name: string,
  family: Family | 0,
  signal: AbortSignal,
): Promise<readonly ResolvedAddress[] | NetError> {
  return new Promise((resolve) => {
    const aborted = (): void => resolve({code: 'ABORT_ERR', syscall: 'getaddrinfo', message: 'aborted'})
    if (signal.aborted) return aborted()
    signal.addEventListener('abort', aborted, {once: true})
    const settle = (result: readonly ResolvedAddress[] | NetError): void => {
      signal.removeEventListener('abort', aborted)
      resolve(result)
    }
    try {
      lookupCallback(name, {all: true, family, order: 'verbatim'}, (error, found) => {
        if (error) settle(lookupError(error))
        else settle(found.map((each) => ({address: each.address, family: each.family === 6 ? 6 : 4})))
      })
    } catch (error) {
      settle(toNetError(error))
    }
  })
}

/** libuv's numbers of the getaddrinfo errors that Node folds into one `ENOTFOUND` (uv-common.c). */
const EAI_BY_ERRNO: Readonly<Record<number, string>> = {[-3007]: 'EAI_NODATA', [-3008]: 'EAI_NONAME'}

function lookupError(error: NodeJS.ErrnoException): NetError {
  const found = toNetError(error)
  const code = error.errno === undefined ? undefined : EAI_BY_ERRNO[error.errno]
  return code === undefined ? found : {...found, code}
}

/** resolv.conf(5): at most three servers count, `domain` and `search` overwrite each other, `ndots` is at most 15. */
export function parseResolvConf(text: string): ResolverConfiguration {
  const servers: string[] = []
  let search: readonly string[] = []
  let ndots = 1
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/)
    if (keyword === 'nameserver' && words[0] !== undefined && servers.length < 3) servers.push(words[0])
    if (keyword === 'search') search = words
    if (keyword === 'domain') search = words.slice(0, 1)
    if (keyword === 'options') ndots = ndotsOf(words) ?? ndots
  }
  return {servers, search, ndots}
}

function ndotsOf(words: readonly string[]): number | null {
  const value = words.map((word) => /^ndots:(\d+)$/.exec(word)?.[1]).findLast((found) => found !== undefined)
  return value === undefined ? null : Math.min(15, Number(value))
}
