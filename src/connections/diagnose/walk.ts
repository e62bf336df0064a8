/** Walks the layers to a target and gives what was measured; concludes nothing. */
import type {AddressWalk, ControlSeen, NamesSeen, Observed, ServiceSeen} from '../../advice/observed.ts'
import {addressFamily} from '../../core/address.ts'
import type {Family, Outcome} from '../../core/outcome.ts'
import type {Ports, ResolvedAddress} from '../../core/ports.ts'
import {type ProbeKind, type TargetUrl, joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import {startDeadline} from '../../probes/shared/deadline.ts'
import {walkAddress} from './address-walk.ts'
import {openHops} from './hops.ts'
import {addressesOf, goodAnswers, lookAtNames} from './names.ts'
import {readOwnNetwork} from './own-network.ts'
import {openPinger} from './pinger.ts'
import {askService, clocksOf} from './service.ts'
import {type Standpoint, type WalkRun, probeOnce, warmUp, watchStalls} from './walk-run.ts'

export interface WalkRequest {
  readonly target: TargetUrl
  /** Null when the kind has none. */
  readonly port: number | null
  /** 0 takes both. */
  readonly family: Family | 0
  /** Other targets, each probed once for comparison. */
  readonly controls: readonly TargetUrl[]
  /** For everything together. */
  readonly timeout: Millis
  readonly signal: AbortSignal
  readonly progress: (text: string) => void
  readonly from: Standpoint
}

/** A name with more addresses than this has them for load, not for people. */
const MOST_ADDRESSES = 8
const CONTROL_LIMIT: Millis = 2000
const BEYOND_LIMIT: Millis = 1500
const OTHER_LIMIT: Millis = 2500

/** Never throws for what the network does. What is under way when the time is over is left out, and `cut` says so. */
export async function walk(request: WalkRequest, ports: Ports): Promise<Observed> {
  const {target, signal, timeout} = request
  const deadline = startDeadline({clock: ports.clock, after: timeout, level: 'sample', parent: signal})
  const run: WalkRun = {ports, deadline, progress: request.progress, from: request.from}
  const pinger = openPinger(run)
  const stalls = watchStalls(ports.clock)
  try {
    const own = readOwnNetwork(ports, deadline.signal, request.from)
    const hops = openHops(own, pinger)
    const controls = Promise.all(request.controls.map(async (control) => askControl(run, control)))
    const ready = warmUp(run, kindsOf(target))
    run.progress('own network, name')
    const names = isName(target.host) ? await lookAtNames(run, hops, target.host) : null
    const all = names ? addressesOf(names) : await givenAddresses(run, target.host)
    const wanted = all.filter(({family}) => request.family === 0 || family === request.family)
    const tools = {hops, pinger, own: await own}
    await ready
    const found = await walkTarget(run, request, wanted.slice(0, MOST_ADDRESSES), tools)
    return {
      target,
      links: tools.own.links,
      gateways: tools.own.gateways,
      names,
      ...found,
      beyondHosts: await lookBeyondHosts(run, request, names, found.addresses),
      controls: (await controls).flat(),
      unseen: unseenIn(tools.own.unseen, names, found.addresses),
      stalled: stalls(),
      cut: deadline.left() <= 0 && !signal.aborted,
    }
  } finally {
    stalls()
    deadline.stop()
    pinger.close()
  }
}

/** What is asked beside the name: the target's own kind and those below it. */
function kindsOf({kind, scheme}: TargetUrl): readonly ProbeKind[] {
  const secure = scheme === 'https' || scheme === 'wss'
  const below: readonly ProbeKind[] = secure ? ['tcp', 'tls'] : ['tcp']
  return [...below, kind]
}

function isName(host: string): boolean {
  return host !== '' && addressFamily(host.replace(/%.*$/, '')) === null
}

/** The literal address; for a question to whatever resolver is configured, those. */
async function givenAddresses({ports}: WalkRun, host: string): Promise<readonly ResolvedAddress[]> {
  const texts = host === '' ? (await ports.resolver.configuration()).servers : [host]
  return texts.flatMap((address) => {
    const family = addressFamily(address.replace(/%.*$/, ''))
    return family === null ? [] : [{address, family}]
  })
}

type Tools = Parameters<typeof walkAddress>[1]

async function walkTarget(
  run: WalkRun,
  {target, port}: WalkRequest,
  addresses: readonly ResolvedAddress[],
  tools: Tools,
): Promise<Pick<Observed, 'addresses' | 'service'>> {
  run.progress('route, ping, tcp')
  const open = firstOpen(addresses.length)
  const walks = Promise.all(
    addresses.map(async (each) =>
      walkAddress(run, tools, {...each, port: needsTcp(target) ? port : null}, (tcp) =>
        open.tell(each.address, tcp),
      ),
    ),
  )
  const service = needsTcp(target)
    ? open.address.then(async (address) => {
        if (address === null || port === null || target.kind === 'tcp') return null
        run.progress(target.kind === 'tls' ? 'tls' : 'tls, http')
        return askService(run, {url: target, address, port})
      })
    : askOther(run, target, addresses[0])
  const [seen, asked] = await Promise.all([walks, service])
  return {addresses: seen, service: asked}
}

/** Only when a line of the hosts file leads nowhere: does what DNS says lead somewhere? */
async function lookBeyondHosts(
  run: WalkRun,
  {port}: WalkRequest,
  names: NamesSeen | null,
  addresses: readonly AddressWalk[],
): Promise<Observed['beyondHosts']> {
  const isBroken = addresses.length > 0 && addresses.every(({tcp}) => tcp?.status === 'failed')
  if (names === null || names.hosts.length === 0 || port === null || !isBroken) return []
  const others = goodAnswers(names.resolvers).filter((address) => !names.hosts.includes(address))
  const dialled = await Promise.all(
    others.slice(0, 2).map(async (address) => {
      const url = `tcp://${joinHostPort(address, port)}`
      const tcp = await probeOnce(run, {kind: 'tcp', url, within: BEYOND_LIMIT})
      return tcp === null ? [] : [{address, tcp}]
    }),
  )
  return dialled.flat()
}

function needsTcp({kind}: TargetUrl): boolean {
  return kind === 'tcp' || kind === 'tls' || kind === 'http'
}

interface FirstOpen {
  tell(address: string, tcp: Outcome | null): void
  /** The first address that takes connections; null when all have failed. */
  readonly address: Promise<string | null>
}

function firstOpen(count: number): FirstOpen {
  let left = count
  const {promise, resolve} = Promise.withResolvers<string | null>()
  if (left === 0) resolve(null)
  return {
    address: promise,
    tell: (address, tcp) => {
      left--
      if (tcp?.status === 'ok') resolve(address)
      else if (left === 0) resolve(null)
    },
  }
}

/** The probe of the kind itself, for kinds that are no stream: DNS, and ping where the walk's own ping is the answer. */
async function askOther(
  run: WalkRun,
  target: TargetUrl,
  first: ResolvedAddress | undefined,
): Promise<ServiceSeen | null> {
  if (target.kind === 'ping') return null
  const other = await probeOnce(run, {kind: target.kind, url: target.text, within: OTHER_LIMIT})
  const address = first?.address ?? target.host
  return {address, tls: null, http: null, other, tlsInstead: null, clocks: null, portal: null}
}

async function askControl(run: WalkRun, control: TargetUrl): Promise<readonly ControlSeen[]> {
  const options = control.kind === 'http' ? {status: 'any'} : {}
  const outcome = await probeOnce(run, {
    kind: control.kind,
    url: control.text,
    options,
    within: CONTROL_LIMIT,
  })
  if (outcome === null) return []
  return [{target: control.text, outcome, clocks: clocksOf(outcome, run.ports.clock)}]
}

function unseenIn(
  own: string | null,
  names: NamesSeen | null,
  addresses: readonly AddressWalk[],
): readonly string[] {
  const pings = [...addresses, ...(names?.resolvers ?? [])].map(({ping}) => ping)
  const missing = pings.flatMap((ping) => (ping?.status === 'unseen' ? [ping.because] : []))
  return [...new Set([...(own === null ? [] : [own]), ...missing])]
}
