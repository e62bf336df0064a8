/** The layers above TCP, asked at one address that takes connections. */
import type {ClockSeen, ServiceSeen} from '../../advice/observed.ts'
import type {Outcome} from '../../core/outcome.ts'
import type {Clock} from '../../core/ports.ts'
import {type TargetUrl, joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import {type WalkRun, probeOnce} from './walk-run.ts'

const TLS_LIMIT: Millis = 2500
const HTTP_LIMIT: Millis = 3000
/** Of the questions that only follow from another failure. */
const EXTRA_LIMIT: Millis = 1000
/** Below this a server may simply not be done yet. */
const LEAST: Millis = 300
/** Documentation prefix (RFC 5737): nobody has this address, so whoever answers is in between. */
const NOBODY = '192.0.2.80'

export interface ServiceTarget {
  readonly url: TargetUrl
  readonly address: string
  readonly port: number
}

export async function askService(run: WalkRun, target: ServiceTarget): Promise<ServiceSeen> {
  const {kind} = target.url
  const [tls, http] = await Promise.all([
    isSecure(target.url) ? askTls(run, target, TLS_LIMIT) : null,
    kind === 'http' ? askHttp(run, target, {status: undefined}) : null,
  ])
  const none = {address: target.address, tls, http, other: null}
  const [clocks, tlsInstead, portal] = await Promise.all([
    compareClocks(run, target, {tls, http}),
    needsTls(target.url, http) ? askTls(run, target, EXTRA_LIMIT, false) : null,
    isSentAway(target.url, http) ? askNobody(run) : null,
  ])
  return {...none, clocks, tlsInstead, portal}
}

function isSecure({kind, scheme}: TargetUrl): boolean {
  return kind === 'tls' || scheme === 'https'
}

async function askTls(
  run: WalkRun,
  {url, address, port}: ServiceTarget,
  within: Millis,
  verify = true,
): Promise<Outcome | null> {
  const options = {...(url.host === address ? {} : {sni: url.host.replace(/\.$/, '')}), verify}
  return probeOnce(run, {
    kind: 'tls',
    url: `tls://${joinHostPort(address, port)}`,
    options,
    within,
    least: LEAST,
  })
}

/** The very URL of the target, with its name nailed to the address. */
async function askHttp(
  run: WalkRun,
  {url, address, port}: ServiceTarget,
  {
    status,
    verify = true,
    within = HTTP_LIMIT,
  }: {status?: string | undefined; verify?: boolean; within?: Millis},
): Promise<Outcome | null> {
  const literal = address.includes(':') ? `[${address}]` : address
  const options = {
    verify,
    ...(url.host === address ? {} : {resolve: [`${url.host}:${port}:${literal}`]}),
    ...(status === undefined ? {} : {status}),
  }
  return probeOnce(run, {kind: 'http', url: url.text, options, within, least: LEAST})
}

const DATE_CODES: ReadonlySet<string> = new Set(['TLS_CERT_EXPIRED', 'TLS_CERT_NOT_YET_VALID'])

/** A certificate out of date may be a wrong clock: the server's idea of the time is in its Date header. */
async function compareClocks(
  run: WalkRun,
  target: ServiceTarget,
  {tls, http}: Pick<ServiceSeen, 'tls' | 'http'>,
): Promise<ClockSeen | null> {
  const failed = [tls, http].some(
    (outcome) => outcome?.status === 'failed' && DATE_CODES.has(outcome.failure.code),
  )
  const speaksHttp = target.url.kind === 'http' || target.port === 443
  if (!failed || !speaksHttp) return http ? clocksOf(http, run.ports.clock) : null
  const url: TargetUrl =
    target.url.kind === 'http'
      ? target.url
      : {...target.url, kind: 'http', scheme: 'https', text: `https://${hostPart(target)}/`}
  const insecure = await askHttp(run, {...target, url}, {status: 'any', verify: false, within: EXTRA_LIMIT})
  return insecure && clocksOf(insecure, run.ports.clock)
}

function hostPart({url, port}: ServiceTarget): string {
  return joinHostPort(url.host, port)
}

/** Both clocks at the moment when the answer came; the header has whole seconds. */
export function clocksOf(outcome: Outcome, clock: Pick<Clock, 'wall'>): ClockSeen | null {
  if (outcome.status === 'skipped') return null
  const {http} = outcome.status === 'ok' ? outcome.reading : outcome.partial
  const server = Date.parse(http?.header['date'] ?? '')
  return Number.isNaN(server) ? null : {server, own: clock.wall()}
}

/** Plain HTTP that met nonsense, an end or a refusal: perhaps the port speaks TLS. */
function needsTls({scheme}: TargetUrl, http: Outcome | null): boolean {
  if (scheme !== 'http' || http?.status !== 'failed') return false
  const {code} = http.failure
  return code.startsWith('HTTP_') || code === 'TCP_RESET' || code === 'TCP_CLOSED' || code === 'TCP_SILENT'
}

/** Sent to another host, or asked to log in to the network: then it matters whether that happens to everybody. */
function isSentAway({scheme, host}: TargetUrl, http: Outcome | null): boolean {
  if (scheme !== 'http' || http === null || http.status === 'skipped') return false
  const facts = (http.status === 'ok' ? http.reading : http.partial).http
  if (facts?.status === 511) return true
  const goal = hostOf(facts?.header['location'])
  return goal !== null && goal !== host.toLowerCase()
}

function hostOf(location: string | undefined): string | null {
  if (location === undefined || !URL.canParse(location)) return null
  return new URL(location).hostname.replace(/^\[|\]$/g, '')
}

async function askNobody(run: WalkRun): Promise<ServiceSeen['portal']> {
  const outcome = await probeOnce(run, {
    kind: 'http',
    url: `http://${NOBODY}/`,
    options: {status: 'any'},
    within: EXTRA_LIMIT,
    least: LEAST,
  })
  if (outcome === null || outcome.status === 'skipped') return null
  const facts = (outcome.status === 'ok' ? outcome.reading : outcome.partial).http
  const answered = facts?.status !== undefined && facts.status !== null
  return {answered, location: facts?.header['location'] ?? null}
}
