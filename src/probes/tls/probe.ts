import {UserError} from '../../core/errors.ts'
import type {Outcome} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import type {MeasureRun, Probe, ProbeRequest, Prober} from '../probe.ts'
import {agreedFamily} from '../shared/resolve-target.ts'
import {startDeadline} from '../shared/deadline.ts'
import {measureHandshake, type TlsTarget} from './measure.ts'
import {openMaterials} from './materials.ts'
import {referenceName, serverName} from './name-matching.ts'
import {tlsOptions, type TlsOptions} from './options.ts'

/** The port of HTTP over TLS, which is what people mean when they name none. */
const DEFAULT_PORT = 443

/**
 * Connects and shakes hands, then judges the certificates itself. `rtt` is the time until the secure connection
 * was usable: `phase.connect` plus `phase.tls`, without name resolution and without the wait for a late alert.
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
}

async function openTls(request: ProbeRequest<TlsOptions>, ports: Ports): Promise<Prober> {
  const target = checkTarget(request)
  const materials = await openMaterials(request.options, ports)
  return {
    method: null,
    measure: async (run) => measure({...target, materials}, run, ports),
    close: async () => Promise.resolve(),
  }
}

function checkTarget(request: ProbeRequest<TlsOptions>): Omit<TlsTarget, 'materials'> {
  const {url, options, source, interface: device} = request
  if (url.path !== '' || Object.keys(url.query).length > 0) {
    throw new UserError({code: 'USAGE_INVALID', message: `"${url.text}": a TLS target ends with its port`})
  }
  const reference = referenceName(options.sni === undefined || options.sni === '' ? url.host : options.sni)
  return {
    host: url.host,
    port: url.port ?? DEFAULT_PORT,
    family: agreedFamily(url.host, request.family, source),
    source,
    interface: device,
    options,
    reference,
    sni: options.sni === '' ? null : serverName(reference),
  }
}

async function measure(target: TlsTarget, run: MeasureRun, ports: Ports): Promise<Outcome> {
  const {clock} = ports
  const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
  const started = clock.now()
  try {
    const {failure, reading} = await measureHandshake(target, deadline, ports)
    const took = clock.now() - started
    return failure ? {status: 'failed', failure, partial: reading, took} : {status: 'ok', reading, took}
  } finally {
    deadline.stop()
  }
}
