/** A proxy in this process, for faults applied by hand. */
import {join} from 'node:path'
import type {ProxyControl, ServerSpec} from '../core/agent.ts'
import {UserError} from '../core/errors.ts'
import type {ProxyCounters} from '../core/proxy-effects.ts'
import type {Ports} from '../core/ports.ts'
import {joinHostPort} from '../core/target.ts'
import type {FaultSpec} from '../faults/fault.ts'
import type {ServerRoom} from '../lab/servers/server-room.ts'

export interface OwnProxy {
  readonly control: ProxyControl
  /** Where clients have to connect to. */
  readonly listens: string
  /** Where it leads. */
  readonly upstream: string
  /** PEM file of the authority to trust while the fault lasts; null when no TLS is spoken. */
  readonly caFile: string | null
  close(): Promise<void>
}

interface HostPort {
  readonly address: string
  readonly port: number
}

const NAME = 'proxy'

/** Questions of DNS come by UDP and TCP. */
function passesFor({kind, scope}: FaultSpec): NonNullable<ServerSpec['passes']> {
  if (kind === 'dns-front') return ['tcp', 'udp']
  return scope?.protocol === 'udp' ? ['udp'] : ['tcp']
}

/** Whether clients may be shown a certificate of the proxy's own. */
function speaksTls({kind}: FaultSpec): boolean {
  return ['tls-front', 'http-front', 'websocket-front'].includes(kind)
}

/** Starts the proxy of `LISTEN=UPSTREAM`, such as `127.0.0.1:8443=10.0.0.2:443`. Port 0 takes any free one. */
export async function openOwnProxy(
  words: string,
  spec: FaultSpec,
  ports: Pick<Ports, 'clock' | 'random' | 'programs' | 'mptcp' | 'files' | 'host'>,
): Promise<OwnProxy> {
  const [listen, upstream] = words.split('=').map(parseHostPort)
  if (!listen || !upstream || upstream.port === 0) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `"${words}" is not LISTEN=UPSTREAM`,
      advice: ['such as --proxy 127.0.0.1:8443=10.0.0.2:443'],
    })
  }
  const {ServerRoom} = await import('../lab/servers/server-room.ts')
  const room = new ServerRoom(ports)
  const [serving] = await room
    .serve([{name: NAME, kind: 'proxy', ...listen, upstream, passes: passesFor(spec)}])
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      throw new UserError({code: 'USAGE_INVALID', message})
    })
  const caFile = speaksTls(spec) ? join(ports.host.stateFolder, `proxy-ca-${ports.host.pid}.pem`) : null
  if (caFile !== null) await ports.files.writePrivate(caFile, serving?.ca ?? '')
  return {
    control: controlOf(room),
    listens: joinHostPort(serving?.address ?? listen.address, serving?.port ?? listen.port),
    upstream: joinHostPort(upstream.address, upstream.port),
    caFile,
    close: async () => {
      await room.close()
      if (caFile !== null) await ports.files.remove(caFile)
    },
  }
}

const NOTHING: ProxyCounters = {connections: 0, bytes: 0, faults: {}}

/** Stands for the proxy in a plan that starts nothing. */
export const PLANNED_PROXY: ProxyControl = {
  name: NAME,
  impair: async () => {},
  counters: async () => NOTHING,
}

function controlOf(room: ServerRoom): ProxyControl {
  return {
    name: NAME,
    impair: async (faults) => room.impair(NAME, faults),
    counters: async () => room.counters()[0] ?? NOTHING,
  }
}

function parseHostPort(text: string): HostPort | null {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[3])
  return match && port <= 65_535 ? {address: match[1] ?? match[2] ?? '', port} : null
}
