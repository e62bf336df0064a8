/** One sample: resolve, connect, shake hands, listen for a late refusal, judge. */
import type {StarttlsFacts, TlsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family, Phases, Reading} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {dialAddresses, type Dialled} from '../shared/dial-addresses.ts'
import type {Deadline} from '../shared/deadline.ts'
import {resolveTarget} from '../shared/resolve-target.ts'
import {beginTls} from './begin-tls.ts'
import {inspect} from './inspect.ts'
import type {TlsMaterials} from './materials.ts'
import type {ReferenceName} from './name-matching.ts'
import type {TlsOptions} from './options.ts'
import {measureResumption} from './resumption.ts'
import {shakeHands, type Handshake} from './shake-hands.ts'
import {unknownFacts} from './tls-facts.ts'

export interface TlsTarget {
  readonly host: string
  readonly port: number
  readonly family: Family | 0
  readonly source: string | undefined
  readonly interface: string | undefined
  readonly options: TlsOptions
  /** What the certificate is compared with. */
  readonly reference: ReferenceName
  readonly sni: string | null
  readonly materials: TlsMaterials
}

export interface Measured {
  readonly failure: Failure | null
  readonly reading: Reading
}

type Connected = Dialled & {readonly status: 'connected'}

export async function measureHandshake(
  target: TlsTarget,
  deadline: Deadline,
  ports: Ports,
): Promise<Measured> {
  const {port} = target
  const resolution = await resolveTarget(target.host, target.family, ports, deadline)
  if (resolution.status === 'failed') {
    return {failure: resolution.failure, reading: {port, phase: phases({resolve: resolution.took})}}
  }
  const dialled = await dialAddresses(
    {
      addresses: resolution.addresses,
      port,
      strategy: target.options.strategy,
      source: target.source,
      interface: target.interface,
      deadline,
    },
    ports,
  )
  const resolve = resolution.took
  if (dialled.status === 'failed') {
    const {failure, address, took, addresses} = dialled
    return {failure, reading: {...address, port, addresses, phase: phases({resolve, connect: took})}}
  }
  const begun = await beginTls(target, dialled, deadline, ports)
  if (begun?.failure)
    return refusedReading(target, {resolve, dialled, failure: begun.failure, facts: begun.facts})
  const handshake = await shakeHands(target, dialled, deadline, ports)
  const inspection = await inspect(target, handshake, ports)
  const facts = {...inspection.facts, ...(begun ? {starttls: begun.facts} : {})}
  const reading = readingOf({port, resolve, dialled, handshake, facts})
  if (inspection.failure || !target.options.resume) return {failure: inspection.failure, reading}
  const resumption = await measureResumption(
    {target, winner: dialled.winner, first: handshake, deadline},
    ports,
  )
  const tls = {...facts, resumed: resumption.accepted, resumption}
  return {failure: null, reading: {...reading, tls}}
}

interface Refusal {
  readonly resolve: Millis | null
  readonly dialled: Connected
  readonly failure: Failure
  readonly facts: StarttlsFacts
}

/** The dialogue before the handshake failed, so nothing is known of TLS. */
function refusedReading({port, sni}: TlsTarget, {resolve, dialled, failure, facts}: Refusal): Measured {
  const connect = connectTime(dialled)
  const reading = {
    ...dialled.winner,
    port,
    phase: phases({resolve, connect, starttls: facts.took_ms}),
    addresses: dialled.addresses,
    tls: {...unknownFacts(sni), starttls: facts},
  }
  return {failure, reading}
}

/** From the start of dialling: an address that was tried in vain before counts. */
function connectTime({addresses, took}: Connected): Millis {
  return (addresses.find(({status}) => status === 'ok')?.startedAfter ?? 0) + took
}

interface Steps {
  readonly port: number
  readonly resolve: Millis | null
  readonly dialled: Connected
  readonly handshake: Handshake
  readonly facts: TlsFacts
}

function readingOf({port, resolve, dialled, handshake, facts}: Steps): Reading {
  const connect = connectTime(dialled)
  const starttls = facts.starttls?.took_ms ?? null
  return {
    ...dialled.winner,
    port,
    // Only a completed handshake has a round-trip time.
    ...(handshake.negotiated ? {rtt: connect + (starttls ?? 0) + handshake.took} : {}),
    phase: phases({resolve, connect, starttls, tls: handshake.took}),
    addresses: dialled.addresses,
    tls: facts,
  }
}

/** `total` is the sum of the steps; the wait for a late alert is our patience, not the target's time. */
function phases(
  steps: Readonly<Partial<Record<'resolve' | 'connect' | 'starttls' | 'tls', Millis | null>>>,
): Phases {
  const known = Object.entries(steps).filter(([, took]) => took !== null)
  const total = known.reduce((sum, [, took]) => sum + (took ?? 0), 0)
  return {...(Object.fromEntries(known) as Phases), total}
}
