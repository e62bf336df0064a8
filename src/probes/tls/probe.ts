import {UserError} from '../../core/errors.ts'
import type {Failure} from '../../core/failure.ts'
import type {Outcome, Reading} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import {suggest} from '../../core/text.ts'
import type {MeasureRun, Probe, ProbeRequest, Prober} from '../probe.ts'
import {agreedFamily} from '../shared/resolve-target.ts'
import {startDeadline} from '../shared/deadline.ts'
import {EnumerationMemory} from './enumeration-memory.ts'
import {measureHandshake, type Measured, type TlsTarget} from './measure.ts'
import {openMaterials} from './materials.ts'
import {referenceName, serverName} from './name-matching.ts'
import {tlsOptions, type TlsOptions} from './options.ts'
import {isStarttlsProtocol, STARTTLS_PORTS, STARTTLS_PROTOCOLS} from '../starttls/protocols.ts'

/** The port of HTTP over TLS, which is what people mean when they name none. */
const DEFAULT_PORT = 443

/**
 * Connects and shakes hands, then judges the certificates itself. `rtt` is the time until the secure connection
 * was usable: `phase.connect`, `phase.starttls` if there is one, and `phase.tls`, without name resolution and without the wait for a late alert.
 * Facts are given also when the certificate deserves no trust, and as far as it came when the handshake failed.
 */
export const tls: Probe<TlsOptions> = {
  kind: 'tls',
  summary: 'shake hands, inspect the certificates and tell why TLS fails',
  example: 'tls://example.org:443',
  defaultPort: DEFAULT_PORT,
  needs: [],
  schema: tlsOptions,
  open: openTls,
  attune: (options, fields) =>
    fields.some((field) => field.startsWith('tls.enumeration.')) ? {...options, enumerate: true} : options,
}

async function openTls(request: ProbeRequest<TlsOptions>, ports: Ports): Promise<Prober> {
  const target = await openTlsTarget(request, ports)
  const memory = new EnumerationMemory(target, ports)
  return {
    method: null,
    measure: async (run) => measure(target, memory, run, ports),
    close: async () => Promise.resolve(),
  }
}

/** Throws `UserError` for what no network could mend, such as a certificate file that is not there. */
export async function openTlsTarget(
  request: ProbeRequest<TlsOptions>,
  ports: Pick<Ports, 'files' | 'tls'>,
): Promise<TlsTarget> {
  const target = checkTarget(request)
  return {...target, materials: await openMaterials(request.options, ports)}
}

function checkTarget(request: ProbeRequest<TlsOptions>): Omit<TlsTarget, 'materials'> {
  const {url, source, interface: device} = request
  const options = withQuery(request)
  const reference = referenceName(options.sni === undefined || options.sni === '' ? url.host : options.sni)
  const usual = options.starttls === undefined ? DEFAULT_PORT : STARTTLS_PORTS[options.starttls]
  return {
    host: url.host,
    port: url.port ?? usual,
    family: agreedFamily(url.host, request.family, source),
    source,
    interface: device,
    options,
    reference,
    sni: options.sni === '' ? null : serverName(reference),
  }
}

/** `tls://host?starttls=smtp` says the same as the option. */
function withQuery({url, options}: ProbeRequest<TlsOptions>): TlsOptions {
  const {starttls: protocol, ...others} = url.query
  if (url.path !== '' || Object.keys(others).length > 0) {
    const message = `"${url.text}": behind the port of a TLS target only ?starttls=PROTOCOL may stand`
    throw new UserError({code: 'USAGE_INVALID', message})
  }
  if (protocol === undefined) return options
  if (!isStarttlsProtocol(protocol)) {
    const near = suggest(protocol, STARTTLS_PROTOCOLS)
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `"${url.text}": starttls is one of ${STARTTLS_PROTOCOLS.join(', ')}`,
      advice: near === null ? [] : [`did you mean "${near}"?`],
    })
  }
  if (options.starttls !== undefined && options.starttls !== protocol) {
    const message = `"${url.text}" asks for starttls=${protocol}, but the option says ${options.starttls}`
    throw new UserError({code: 'USAGE_INVALID', message})
  }
  return {...options, starttls: protocol}
}

async function measure(
  target: TlsTarget,
  memory: EnumerationMemory,
  run: MeasureRun,
  ports: Ports,
): Promise<Outcome> {
  const {clock} = ports
  const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
  const started = clock.now()
  try {
    const measured = await measureHandshake(target, deadline, ports)
    const took = clock.now() - started
    const {failure} = measured
    const reading = target.options.enumerate ? await withEnumeration(measured, memory, run) : measured.reading
    return failure ? {status: 'failed', failure, partial: reading, took} : {status: 'ok', reading, took}
  } finally {
    deadline.stop()
  }
}

/** Also after a handshake that failed: a server with nothing but old versions is what one wants to see. */
async function withEnumeration(
  {failure, reading}: Measured,
  memory: EnumerationMemory,
  run: MeasureRun,
): Promise<Reading> {
  const {address, family, tls: facts} = reading
  if (address === undefined || family === undefined || !facts || (failure && !mayGoOn(failure)))
    return reading
  return {...reading, tls: {...facts, enumeration: await memory.recall({address, family}, run)}}
}

/** Where not even the first handshake was answered, many more won't be. */
function mayGoOn({stage, code, detail}: Failure): boolean {
  return (
    stage === 'tls' && detail !== 'timeout' && code !== 'TLS_PLAINTEXT' && !code.startsWith('TLS_STARTTLS_')
  )
}
