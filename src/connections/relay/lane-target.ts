/** Where a path of a carried stream leads, checked and ready to be dialled. */
import {UserError} from '../../core/errors.ts'
import type {Family} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import {parseTargetUrl} from '../../core/target.ts'
import {type WatchSpec, boundTo} from '../../core/watch.ts'
import {agreedFamily} from '../../probes/shared/resolve-target.ts'
import type {TlsTarget} from '../../probes/tls/measure.ts'
import type {TlsOptions} from '../../probes/tls/options.ts'
import {openTlsTarget} from '../../probes/tls/probe.ts'

/** A stream needs a connection of its own that both ends may write to at any time. */
const STREAM_KINDS = ['tcp', 'tls'] as const

export interface LaneTarget {
  readonly host: string
  readonly port: number
  readonly family: Family | 0
  readonly source: string | undefined
  readonly interface: string | undefined
  /** Null for plain TCP. */
  readonly tls: TlsTarget | null
}

/** Throws `UserError` for what no network could mend. */
export async function openLaneTarget(
  {url: text, family, options, ...spec}: WatchSpec,
  ports: Pick<Ports, 'files' | 'tls'>,
): Promise<LaneTarget> {
  const parsed = parseTargetUrl(text)
  if (!parsed.ok) throw new UserError({code: 'USAGE_INVALID', message: parsed.because})
  const {value: url} = parsed
  const {source, interface: device} = boundTo(spec)
  if (url.kind === 'tls') {
    const request = {url, family, options: options as TlsOptions, ...boundTo(spec)}
    const tls = await openTlsTarget(request, ports)
    const {host, port} = tls
    return {host, port, family: tls.family, source, interface: device, tls}
  }
  if (url.kind !== 'tcp' || url.port === null) {
    const message = `"${text}" can not carry a stream: only ${STREAM_KINDS.join(' and ')} targets with a port can`
    throw new UserError({code: 'CONFIG_INVALID', message})
  }
  const agreed = agreedFamily(url.host, family, source)
  return {host: url.host, port: url.port, family: agreed, source, interface: device, tls: null}
}
