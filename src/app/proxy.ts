/** `netdrill proxy`: proxies from a file, from flags and from the API, until told to stop. */
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {parseHostPort} from '../lab/servers/toxics/host-port.ts'
import type {ProxyEvent, ToxicProxySpec} from '../lab/servers/toxics/toxic-proxy.ts'
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
  event(event: ProxyEvent & {readonly at: number}): void
}

/** Serves until `signal` is aborted, then closes everything and tells what passed. Throws `UserError`. */
export async function runProxy(
  order: ProxyOrder,
  tell: ProxyTelling,
  signal: AbortSignal,
  ports: Pick<Ports, 'clock' | 'random' | 'files'>,
): Promise<readonly ProxySummary[]> {
  const at = order.listen === null ? null : parseHostPort(order.listen)
  if (order.listen !== null && !at) throw mistake(`--listen: "${order.listen}" is not ADDRESS:PORT`)
  const wanted = [...(await fileProxies(order, ports)), ...flagProxies(order)]
  const {ProxyBook} = await import('../lab/servers/toxics/proxy-book.ts')
  const {openApiServer} = await import('../lab/servers/toxics/api-server.ts')
  const {clock, random} = ports
  const start = clock.now()
  const book = new ProxyBook({
    clock,
    random,
    onEvent: (event) => tell.event({...event, at: clock.now() - start}),
  })
  try {
    for (const {toxics, ...spec} of wanted) {
      await book.create(spec)
      for (const toxic of toxics) await book.addToxic(spec.name, toxic)
    }
    const api = at ? await openApiServer(book, at, random) : null
    tell.ready(api?.url ?? null)
    await aborted(signal)
    const summary = book.all.map(({name, listen, upstream, counters}) => ({
      name,
      listen,
      upstream,
      ...counters,
    }))
    await api?.close()
    return summary
  } catch (error) {
    throw explain(error, order)
  } finally {
    await book.close()
  }
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

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}))
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
