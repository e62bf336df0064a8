/** `netdrill proxy`: proxies from a file, from flags and from the API, until told to stop. */
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {parseHostPort} from '../lab/servers/toxics/host-port.ts'
import type {ProxyBook} from '../lab/servers/toxics/proxy-book.ts'
import type {Toxic} from '../lab/servers/toxics/toxic.ts'
import type {ProxyEvent, ToxicProxySpec} from '../lab/servers/toxics/toxic-proxy.ts'
import {refuseWhenHalted} from '../faults/halt.ts'
import type {ServedProxy} from '../faults/ledger.ts'
import {type ServedFault, type ServedWords, enterServed} from '../faults/served.ts'
import {effectWords} from './fault-views.ts'
import {freshId} from './faults.ts'
import {type FileProxy, readProxyFile, readToxicFlag} from './proxy-request.ts'

export interface ProxyOrder {
  readonly file?: string | undefined
  /** Where the API listens; null for none. */
  readonly listen: string | null
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly udp: boolean
  readonly toxics: readonly string[]
}

export interface ProxySummary {
  readonly name: string
  readonly listen: string
  readonly upstream: string
  readonly connections: number
  readonly live: number
  readonly received: {readonly upstream: number; readonly downstream: number}
  readonly sent: {readonly upstream: number; readonly downstream: number}
}

export interface ProxyTelling {
  ready(api: string | null): void
  /** `fault list` will not show it, for that reason. */
  unlisted(why: string): void
  event(event: ProxyEvent & {readonly at: number}): void
}

/** Serves until `signal` is aborted, then closes everything and tells what passed. Throws `UserError`. */
export async function runProxy(
  order: ProxyOrder,
  tell: ProxyTelling,
  signal: AbortSignal,
  ports: Pick<Ports, 'clock' | 'exec' | 'random' | 'files' | 'host'>,
): Promise<readonly ProxySummary[]> {
  await refuseWhenHalted(ports)
  const at = apiPlace(order)
  const wanted = [...(await fileProxies(order, ports)), ...flagProxies(order)]
  const {ProxyBook: Book} = await import('../lab/servers/toxics/proxy-book.ts')
  const {openApiServer} = await import('../lab/servers/toxics/api-server.ts')
  const {clock, random} = ports
  const start = clock.now()
  let listed: ServedFault | null = null
  const book = new Book({
    clock,
    random,
    onEvent: (event) => {
      tell.event({...event, at: clock.now() - start})
      if (event.type !== 'connection') void listed?.tell(servedBy(book)).catch(() => {})
    },
  })
  try {
    await fill(book, wanted)
    const api = at ? await openApiServer(book, at, random) : null
    const url = api?.url ?? null
    listed = await enter(book, url, tell, ports)
    tell.ready(url)
    await ending(listed, signal)
    const summary = summaryOf(book)
    await api?.close()
    return summary
  } catch (error) {
    throw explain(error, order)
  } finally {
    await book.close()
    await listed?.end()
  }
}

function apiPlace({listen}: ProxyOrder): ReturnType<typeof parseHostPort> {
  const at = listen === null ? null : parseHostPort(listen)
  if (listen !== null && !at) throw mistake(`--listen: "${listen}" is not ADDRESS:PORT`)
  return at
}

async function fill(book: ProxyBook, wanted: readonly FileProxy[]): Promise<void> {
  for (const {toxics, ...spec} of wanted) {
    await book.create(spec)
    for (const toxic of toxics) await book.addToxic(spec.name, toxic)
  }
}

function summaryOf({all}: ProxyBook): readonly ProxySummary[] {
  return all.map(({name, listen, upstream, counters}) => ({name, listen, upstream, ...counters}))
}

/** Null where nothing can be written down: the proxies serve all the same. */
async function enter(
  book: ProxyBook,
  api: string | null,
  tell: ProxyTelling,
  ports: Pick<Ports, 'clock' | 'exec' | 'files' | 'host'>,
): Promise<ServedFault | null> {
  try {
    return await enterServed(words(book, api, ports), ports)
  } catch (cause) {
    tell.unlisted(cause instanceof Error ? cause.message : String(cause))
    return null
  }
}

function words(book: ProxyBook, api: string | null, ports: Pick<Ports, 'clock' | 'host'>): ServedWords {
  const summary = api === null ? 'netdrill proxy' : `netdrill proxy with its API at ${api}`
  return {
    ...{id: freshId(ports), name: 'proxy', kind: 'proxy', summary, lasts: null},
    served: {proxies: servedBy(book), files: []},
  }
}

function servedBy(book: ProxyBook): readonly ServedProxy[] {
  return book.all
    .filter(({enabled}) => enabled)
    .map(({name, listen, upstream, toxics}) => ({name, listens: listen, upstream, does: toxics.map(doesOf)}))
}

function doesOf({type, stream, toxicity, attributes, ttl}: Toxic): string {
  const limit = ttl === undefined ? '' : `, ttl: ${ttl}ms`
  return `${effectWords({type: 'toxic', kind: type, stream, toxicity, attributes})}${limit}`
}

/** Until we are told to end, here or from another shell. */
async function ending(listed: ServedFault | null, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  if (!listed) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}))
    return
  }
  await listed.whenAsked(signal).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

async function fileProxies({file}: ProxyOrder, {files}: Pick<Ports, 'files'>): Promise<readonly FileProxy[]> {
  if (file === undefined) return []
  const text = await files.readText(file)
  if (text === null) throw new UserError({code: 'USAGE_INVALID', message: `${file} is not there`})
  return readProxyFile(file, text)
}

function flagProxies({from, to, udp, toxics}: ProxyOrder): readonly FileProxy[] {
  if (from === undefined || to === undefined) {
    if (from !== undefined || to !== undefined || toxics.length > 0 || udp) {
      throw mistake(
        '--from, --to, --udp and --toxic belong together: where clients connect to, and where it leads',
      )
    }
    return []
  }
  const protocol = udp ? 'udp' : 'tcp'
  const spec: ToxicProxySpec = {name: 'proxy', listen: from, upstream: to, enabled: true, protocol}
  return [{...spec, toxics: toxics.map((text) => readToxicFlag(text, protocol))}]
}

function explain(error: unknown, {listen}: ProxyOrder): unknown {
  if (error instanceof Error && 'status' in error) return mistake(error.message)
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    return mistake(`--listen: ${listen} can not be listened on (${String(error.code)})`)
  }
  return error
}

function mistake(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}
