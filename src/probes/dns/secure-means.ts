import type {Ports} from '../../core/ports.ts'
import type {ProbeRequest} from '../probe.ts'
import {openMaterials} from '../tls/materials.ts'
import type {TlsOptions} from '../tls/options.ts'
import type {SecureMeans} from './exchange.ts'
import type {DnsOptions} from './options.ts'

/** RFC 7858 has no name of its own in ALPN that all servers know; RFC 8484 section 5.2 wants HTTP/2 or newer. */
const ALPN = {dot: ['dot'], doh: ['h2', 'http/1.1']} as const

/** Null where the transport needs nothing. Throws `UserError` for files that can't be read. */
export async function openSecureMeans(
  {url, options}: ProbeRequest<DnsOptions>,
  ports: Pick<Ports, 'files' | 'tls' | 'http'>,
): Promise<SecureMeans | null> {
  const {transport, ca, sni, verify} = options
  if (transport !== 'dot' && transport !== 'doh') return null
  const tls: TlsOptions = {
    strategy: 'order',
    alpn: [...ALPN[transport]],
    min: 'TLSv1.2',
    max: 'TLSv1.3',
    ca,
    verify,
    resume: false,
    enumerate: false,
    sni,
  }
  const [materials, client] = await Promise.all([
    openMaterials(tls, ports),
    transport === 'doh' ? ports.http.client() : null,
  ])
  return {host: url.host, options: tls, materials, client}
}
