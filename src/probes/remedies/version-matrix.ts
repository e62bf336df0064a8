/** Which versions of TLS a server accepts, asked once after a handshake failed: a diagnosis, never a way round. */
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {startDeadline} from '../shared/deadline.ts'
import {isStarttlsProtocol} from '../starttls/protocols.ts'
import {alertName} from '../tls/alerts.ts'
import {ciphersOf, groupsOf, VERSIONS} from '../tls/enumerate/offered.ts'
import {type Answer, Inquiry} from '../tls/enumerate/inquiry.ts'
import type {TlsTarget} from '../tls/measure.ts'
import {openMaterials} from '../tls/materials.ts'
import {referenceName, serverName} from '../tls/name-matching.ts'
import {tlsOptions} from '../tls/options.ts'
import {versionName} from '../tls/registry.ts'
import type {MatrixRequest} from './suits-matrix.ts'

export interface VersionMatrix {
  readonly accepted: readonly string[]
  readonly text: string
}

/** One connection per version. */
const PATIENCE: Millis = 3000
const LONGEST: Millis = 10_000

/** Null when the place of the server isn't known. Never throws for what the server does. */
export async function tryVersions(request: MatrixRequest, ports: Ports): Promise<VersionMatrix | null> {
  const {url, reading, signal} = request
  const {address, family} = reading
  if (address === undefined || family === undefined) return null
  const target = await matrixTarget(request, reading.port ?? url.port ?? 443, ports)
  const deadline = startDeadline({clock: ports.clock, after: LONGEST, level: 'step', parent: signal})
  try {
    const winner = {address, family}
    const inquiry = new Inquiry({target, winner, patience: PATIENCE, deadline, parallel: 1}, ports)
    const rows: (readonly [string, Answer])[] = []
    for (const version of VERSIONS) {
      const question = {version, ciphers: ciphersOf(version), groups: groupsOf(version), shares: true}
      rows.push([versionName(version), await inquiry.ask(question)])
    }
    return describe(rows, target.options)
  } finally {
    deadline.stop()
  }
}

async function matrixTarget(
  {url, options, reading}: MatrixRequest,
  port: number,
  ports: Ports,
): Promise<TlsTarget> {
  const sni = typeof options['sni'] === 'string' ? options['sni'] : undefined
  const starttls = options['starttls'] ?? url.query['starttls']
  const {min, max} = options
  const parsed = tlsOptions.parse({
    ...(min === undefined ? {} : {min}),
    ...(max === undefined ? {} : {max}),
    ...(typeof starttls === 'string' && isStarttlsProtocol(starttls) ? {starttls} : {}),
  })
  const reference = referenceName(sni === undefined || sni === '' ? url.host : sni)
  return {
    host: url.host,
    port,
    family: reading.family ?? 0,
    source: undefined,
    interface: undefined,
    options: parsed,
    reference,
    sni: sni === '' ? null : serverName(reference),
    materials: await openMaterials(parsed, ports),
  }
}

function describe(
  rows: readonly (readonly [string, Answer])[],
  {min, max}: {readonly min: string; readonly max: string},
): VersionMatrix {
  const accepted = rows.filter(([, answer]) => answer.type === 'accepted').map(([name]) => name)
  const each = rows.map(([name, answer]) => `${name} ${wordsOf(answer)}`).join(', ')
  const verdict =
    accepted.length === 0
      ? 'the server accepts none of them'
      : `the server accepts ${accepted.join(' and ')} while ${min} to ${max} are allowed here; nothing else was used`
  return {accepted, text: `${each}: ${verdict}`}
}

function wordsOf(answer: Answer): string {
  switch (answer.type) {
    case 'accepted':
      return 'yes'
    case 'refused':
      return `no (${alertName(answer.alert)})`
    case 'other-version':
      return `no (answers with ${versionName(answer.version)})`
    case 'nonsense':
      return 'no (no TLS)'
    case 'closed':
      return 'no (closed)'
    case 'silent':
      return 'no answer'
    case 'unreachable':
      return `not reached (${answer.failure.code})`
    case 'stopped':
      return 'not asked'
  }
}
