/** A TURN target, checked and ready to be asked. */
import {UserError} from '../../core/errors.ts'
import {addressFamily} from '../../core/address.ts'
import type {Family} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import {parseTargetUrl} from '../../core/target.ts'
import {readLogin} from '../http/secrets.ts'
import type {ProbeRequest} from '../probe.ts'
import {agreedFamily} from '../shared/resolve-target.ts'
import type {Endpoint} from '../stun/message.ts'
import {openMaterials} from '../tls/materials.ts'
import type {TlsTarget} from '../tls/measure.ts'
import {referenceName, serverName} from '../tls/name-matching.ts'
import {TURN_TRANSPORTS, type TurnOptions, type TurnTransport} from './options.ts'
import type {Login} from './session.ts'

/** RFC 8656 section 18: 3478, and 5349 with TLS. */
const PORT = 3478
const TLS_PORT = 5349

export interface TurnTarget {
  readonly host: string
  readonly port: number
  readonly family: Family | 0
  readonly source: string | undefined
  readonly interface: string | undefined
  readonly transport: TurnTransport
  readonly options: TurnOptions
  readonly login: Login | null
  readonly relay: Endpoint | 'self' | null
  /** Null unless over TLS. */
  readonly tls: TlsTarget | null
}

/** Throws a `UserError` for what no network could mend. */
export async function openTarget(
  {url, family: wanted, source, interface: device, options}: ProbeRequest<TurnOptions>,
  ports: Pick<Ports, 'files' | 'tls' | 'host'>,
): Promise<TurnTarget> {
  const transport = transportOf(url, options)
  const port = url.port ?? (transport === 'tls' ? TLS_PORT : PORT)
  const family = agreedFamily(url.host, wanted, source)
  const relay = options.peer === undefined ? (options.relay ? 'self' : null) : readPeer(options.peer)
  const place = {host: url.host, port, family, source, interface: device}
  const login = splitLogin(await readLogin('login', options.login, ports))
  const tls = transport === 'tls' ? await tlsTargetOf(place, options, ports) : null
  return {...place, transport, options, login, relay, tls}
}

/** What the target says and what the option says have to agree. */
function transportOf(url: ProbeRequest<TurnOptions>['url'], {transport: chosen}: TurnOptions): TurnTransport {
  const {transport: word, ...others} = url.query
  if (url.path !== '' || Object.keys(others).length > 0)
    throw usage(`"${url.text}": a TURN target ends with its port, or with ?transport=udp, tcp or tls`)
  const named = word === undefined && url.scheme !== 'turns' ? null : nameTransport(url.scheme, word)
  if (named && chosen && named !== chosen)
    throw usage(`the target says ${named} and transport says ${chosen}: leave one of them out`)
  return named ?? chosen ?? 'udp'
}

/** RFC 7065: `turns` is TLS, also written with `?transport=tcp`. */
function nameTransport(scheme: string, word: string | undefined): TurnTransport {
  const asked = TURN_TRANSPORTS.find((each) => each === word)
  if (word !== undefined && !asked) throw usage(`"${word}" is not a transport: udp, tcp or tls`)
  if (scheme !== 'turns') return asked ?? 'udp'
  if (asked === 'udp') throw usage('turns over udp would be DTLS, which is not supported')
  return 'tls'
}

function readPeer(text: string): Endpoint {
  const parsed = parseTargetUrl(`udp://${text}`)
  const port = parsed.ok ? parsed.value.port : null
  if (parsed.ok && port !== null && parsed.value.path === '' && addressFamily(parsed.value.host) !== null)
    return {address: parsed.value.host, port}
  throw usage(`"${text}" is no address with a port, such as 192.0.2.7:7`)
}

function splitLogin(login: string | null): Login | null {
  if (login === null) return null
  // User names of time-limited credentials hold colons; passwords of servers rarely do.
  const at = login.lastIndexOf(':')
  return {user: login.slice(0, at), password: login.slice(at + 1)}
}

async function tlsTargetOf(
  place: Pick<TlsTarget, 'host' | 'port' | 'family' | 'source' | 'interface'>,
  {sni, min, max, ca, cert, key, verify}: TurnOptions,
  ports: Pick<Ports, 'files' | 'tls'>,
): Promise<TlsTarget> {
  const more = {alpn: [], resume: false, enumerate: false}
  const own = {strategy: 'race' as const, sni, min, max, ca, cert, key, verify, ...more}
  const reference = referenceName(sni === undefined || sni === '' ? place.host : sni)
  const materials = await openMaterials(own, ports)
  return {...place, options: own, reference, sni: sni === '' ? null : serverName(reference), materials}
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}
