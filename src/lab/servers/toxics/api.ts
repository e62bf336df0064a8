/** Toxiproxy's HTTP API (2.12): the same paths, fields, status codes and error bodies. */
import {asObject, flagOf, parseBody, parseProxy, parseTtl, proxyJson, textOf, toxicJson} from './api-json.ts'
import {renderMetrics} from './metrics.ts'
import type {ProxyBook} from './proxy-book.ts'
import {ToxicProblem, bad, parseAttributes, parseToxic, parseToxicity} from './toxic.ts'

export interface ApiRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly userAgent: string
  readonly body: string
}

export interface ApiAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Clients ask for features by this version; ours is behind the plus sign. */
const VERSION = '2.12.0+netdrill'

type Handler = (book: ProxyBook, body: string, names: readonly string[]) => Promise<ApiAnswer>
type Methods = Readonly<Record<string, Handler>>

const ROUTES: readonly (readonly [RegExp, Methods])[] = [
  [/^\/proxies$/, {GET: listProxies, POST: createProxy}],
  [/^\/populate$/, {POST: populate}],
  [/^\/reset$/, {POST: reset}],
  [/^\/version$/, {GET: async () => Promise.resolve(json(200, {version: VERSION}))}],
  [/^\/metrics$/, {GET: metrics}],
  [/^\/proxies\/([^/]+)$/, {GET: showProxy, POST: changeProxy, PATCH: changeProxy, DELETE: deleteProxy}],
  [/^\/proxies\/([^/]+)\/toxics$/, {GET: listToxics, POST: addToxic}],
  [
    /^\/proxies\/([^/]+)\/toxics\/([^/]+)$/,
    {GET: showToxic, POST: changeToxic, PATCH: changeToxic, DELETE: deleteToxic},
  ],
]

/** Never rejects. Browsers are refused, so that no web page can drive the proxies. */
export async function answerApi(book: ProxyBook, request: ApiRequest): Promise<ApiAnswer> {
  if (request.userAgent.startsWith('Mozilla/')) return plain(403, 'User agent not allowed\n')
  for (const [pattern, methods] of ROUTES) {
    const match = pattern.exec(request.path)
    if (!match) continue
    const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined
    if (!handler) return plain(405, '')
    try {
      return await handler(book, request.body, match.slice(1).map(decode))
    } catch (error) {
      return problemAnswer(error)
    }
  }
  return plain(404, '404 page not found\n')
}

function problemAnswer(error: unknown, more: object = {}): ApiAnswer {
  const status = error instanceof ToxicProblem ? error.status : 500
  const message = error instanceof Error ? error.message : String(error)
  return json(status, {error: message, status, ...more})
}

async function listProxies(book: ProxyBook): Promise<ApiAnswer> {
  return Promise.resolve(
    json(200, Object.fromEntries(book.all.map((proxy) => [proxy.name, proxyJson(proxy)]))),
  )
}

async function createProxy(book: ProxyBook, body: string): Promise<ApiAnswer> {
  return json(201, proxyJson(await book.create(parseProxy(parseBody(body)))))
}

async function populate(book: ProxyBook, body: string): Promise<ApiAnswer> {
  const list = parseBody(body)
  if (!Array.isArray(list)) throw bad('not an array')
  const specs = list.map(parseProxy)
  try {
    return json(201, {proxies: (await book.populate(specs)).map(proxyJson)})
  } catch (error) {
    const names = specs.map(({name}) => name)
    return problemAnswer(error, {proxies: book.all.filter(({name}) => names.includes(name)).map(proxyJson)})
  }
}

async function reset(book: ProxyBook): Promise<ApiAnswer> {
  await book.reset()
  return NO_CONTENT
}

async function metrics(book: ProxyBook): Promise<ApiAnswer> {
  return Promise.resolve({status: 200, type: 'text/plain; version=0.0.4', body: renderMetrics(book.all)})
}

async function showProxy(book: ProxyBook, _body: string, [name = '']: readonly string[]): Promise<ApiAnswer> {
  return Promise.resolve(json(200, proxyJson(book.find(name))))
}

async function changeProxy(
  book: ProxyBook,
  body: string,
  [name = '']: readonly string[],
): Promise<ApiAnswer> {
  book.find(name)
  const object = asObject(parseBody(body))
  const [listen, upstream] = [textOf(object, 'listen'), textOf(object, 'upstream')]
  return json(200, proxyJson(await book.change(name, {listen, upstream, enabled: flagOf(object, 'enabled')})))
}

async function deleteProxy(
  book: ProxyBook,
  _body: string,
  [name = '']: readonly string[],
): Promise<ApiAnswer> {
  await book.delete(name)
  return NO_CONTENT
}

async function listToxics(
  book: ProxyBook,
  _body: string,
  [name = '']: readonly string[],
): Promise<ApiAnswer> {
  return Promise.resolve(json(200, book.find(name).toxics.map(toxicJson)))
}

async function addToxic(book: ProxyBook, body: string, [name = '']: readonly string[]): Promise<ApiAnswer> {
  const {protocol} = book.find(name)
  const object = asObject(parseBody(body))
  return json(
    200,
    toxicJson(await book.addToxic(name, parseToxic(object, protocol, parseTtl(object['ttl'])))),
  )
}

async function showToxic(book: ProxyBook, _body: string, names: readonly string[]): Promise<ApiAnswer> {
  const [proxy = '', toxic = ''] = names
  return Promise.resolve(json(200, toxicJson(book.find(proxy).find(toxic))))
}

async function changeToxic(book: ProxyBook, body: string, names: readonly string[]): Promise<ApiAnswer> {
  const [proxy = '', name = ''] = names
  const toxic = book.find(proxy).find(name)
  const object = asObject(parseBody(body))
  const toxicity = parseToxicity(object['toxicity'], toxic.toxicity)
  const attributes = parseAttributes(toxic.type, object['attributes'], toxic.attributes)
  await book.changeToxic(proxy, toxic, {toxicity, attributes})
  return json(200, toxicJson(toxic))
}

async function deleteToxic(book: ProxyBook, _body: string, names: readonly string[]): Promise<ApiAnswer> {
  const [proxy = '', toxic = ''] = names
  await book.removeToxic(proxy, toxic)
  return NO_CONTENT
}

const NO_CONTENT: ApiAnswer = {status: 204, type: '', body: ''}

function json(status: number, body: object): ApiAnswer {
  return {status, type: 'application/json', body: `${JSON.stringify(body)}\n`}
}

function plain(status: number, body: string): ApiAnswer {
  return {status, type: 'text/plain; charset=utf-8', body}
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
