import {UserError} from '../../core/errors.ts'
import type {Outcome} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import {parseTargetUrl} from '../../core/target.ts'
import type {MeasureRun, Probe, ProbeRequest, Prober} from '../probe.ts'
import {startDeadline} from '../shared/deadline.ts'
import {agreedFamily} from '../shared/resolve-target.ts'
import {openMaterials} from '../tls/materials.ts'
import type {TlsOptions} from '../tls/options.ts'
import {measureHttp} from './measure.ts'
import {type HttpOptions, httpOptions} from './options.ts'
import {type HttpRequest, hostOf} from './request.ts'
import {readRoutes} from './routes.ts'
import {readSecrets} from './secrets.ts'
import type {HttpTarget, ProxyPlace} from './target.ts'

/**
 * Makes one request and judges the response. `rtt` is the whole time of the target: all phases but `resolve`, over all
 * redirects that were followed. Credentials are sent only after the certificate was found good.
 */
export const http: Probe<HttpOptions> = {
  kind: 'http',
  summary: 'make an HTTP request, with every phase, redirect and certificate',
  example: 'https://example.org/health',
  defaultPort: null,
  needs: [],
  schema: httpOptions,
  open: openHttp,
  attune,
}

/** A condition on the status judges it in place of us, and one on the body needs more than an excerpt. */
function attune(options: HttpOptions, fields: readonly string[]): HttpOptions {
  const body = fields.some((field) => field === 'http.body' || field.startsWith('http.json.'))
  return {
    ...options,
    ...(fields.includes('http.status') ? {status: ['any']} : {}),
    ...(body ? {keep: Math.max(options.keep, options.body_limit)} : {}),
  }
}

async function openHttp(request: ProbeRequest<HttpOptions>, ports: Ports): Promise<Prober> {
  const target = await openTarget(request, ports)
  return {
    method: null,
    measure: async (run) => measure(target, run, ports),
    close: async () => Promise.resolve(),
  }
}

async function openTarget(request: ProbeRequest<HttpOptions>, ports: Ports): Promise<HttpTarget> {
  const {options, source, interface: device} = request
  const first = await firstRequest(request, ports)
  const tls = tlsOptionsOf(options)
  const host = hostOf(first.url)
  const [materials, secrets, client] = await Promise.all([
    openMaterials(tls, ports),
    readSecrets(options, ports),
    ports.http.client(),
  ])
  return {
    request: first,
    options,
    family: agreedFamily(host, request.family, source),
    source,
    interface: device,
    routes: readRoutes(options),
    proxy: options.proxy === undefined ? null : readProxy(options.proxy),
    secrets,
    client,
    tls: {options: tls, materials},
  }
}

async function firstRequest({url, options}: ProbeRequest<HttpOptions>, ports: Ports): Promise<HttpRequest> {
  if (!URL.canParse(url.text)) throw usage(`"${url.text}" is not a URL such as https://example.org/health`)
  if (options.http === '2' && url.scheme === 'http') {
    throw usage('HTTP/2 is agreed on in the TLS handshake: it needs an https:// target')
  }
  const text = await readBody(options, ports)
  const method = options.method ?? (text === null ? 'GET' : 'POST')
  if (text !== null && ['GET', 'HEAD', 'TRACE'].includes(method))
    throw usage(`a ${method} request has no body`)
  const body = text === null ? null : Buffer.from(text, 'utf8')
  return {url: new URL(url.text), method, headers: options.headers, body, trusted: true}
}

async function readBody({body, body_file: file}: HttpOptions, {files}: Ports): Promise<string | null> {
  if (file === undefined) return body ?? null
  if (body !== undefined) throw usage('body and body_file contradict each other')
  const text = await files.readText(file).catch(() => null)
  if (text === null) throw new UserError({code: 'CONFIG_FILE', message: `${file} can not be read`})
  return text
}

function readProxy(text: string): ProxyPlace {
  const parsed = parseTargetUrl(text.includes('://') ? text : `http://${text}`)
  if (!parsed.ok) throw usage(`--proxy: ${parsed.because}`)
  const {scheme, host, port, path} = parsed.value
  if (!['http', 'https'].includes(scheme) || path !== '' || port === null) {
    throw usage(`--proxy "${text}": write it as http://HOST:PORT or https://HOST:PORT`)
  }
  return {host, port, secure: scheme === 'https'}
}

function tlsOptionsOf(options: HttpOptions): TlsOptions {
  const {strategy, sni, min, max, ca, cert, key, verify} = options
  const alpn = {auto: ['h2', 'http/1.1'], '1.1': ['http/1.1'], '2': ['h2']}[options.http]
  return {strategy, sni, min, max, ca, cert, key, verify, alpn, resume: false, enumerate: false}
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}

async function measure(opened: HttpTarget, run: MeasureRun, ports: Ports): Promise<Outcome> {
  const {clock} = ports
  const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
  const started = clock.now()
  // A token that was renewed meanwhile counts from now on; one that can't be read just now is used as it was.
  const secrets = await readSecrets(opened.options, ports).catch(() => opened.secrets)
  const target = {...opened, secrets}
  try {
    const {failure, reading} = await measureHttp(target, deadline, ports)
    const took = clock.now() - started
    return failure ? {status: 'failed', failure, partial: reading, took} : {status: 'ok', reading, took}
  } finally {
    deadline.stop()
  }
}
