/** ICMP echo by the best way that this machine and this user have. */
import type {
  EchoExtra,
  EchoOpening,
  EchoSocket,
  EchoSocketRequest,
  Exec,
  Icmp,
  NetError,
} from '../core/ports.ts'
import {type Ffi, loadFfi} from './ffi.ts'
import {type EchoEngine, echoEngine} from './icmp-engine.ts'
import {EngineShelf} from './icmp-shelf.ts'
import {pingProgram} from './icmp-program.ts'
import {openIcmpSocket} from './icmp-socket.ts'

export interface IcmpOptions {
  /** The ways to try, in this order; tests name one. */
  readonly methods?: readonly IcmpMethod[]
}
export type IcmpMethod = 'datagram' | 'raw' | 'program'

const METHODS: readonly IcmpMethod[] = ['datagram', 'raw', 'program']

const REMEDIES = [
  'allow ICMP sockets to all users: sysctl -w net.ipv4.ping_group_range="0 2147483647"',
  'run as root, or give Node the right: setcap cap_net_raw+ep "$(command -v node)"',
  'install the ping program: apt install iputils-ping',
]

/** Sockets of the same kind are shared between targets: one descriptor serves a thousand hosts. */
export function systemIcmp(exec: Exec, {methods = METHODS}: IcmpOptions = {}): Icmp {
  const engines = new EngineShelf()
  const openProgram = pingProgram(exec)
  return {
    async open(request) {
      const tried: string[] = []
      for (const method of methods) {
        const opening =
          method === 'program'
            ? await tryProgram(openProgram, request)
            : await trySocket(engines, method, request)
        if (opening.status !== 'missing') return opening
        tried.push(...opening.tried)
      }
      return {status: 'missing', tried, remedies: REMEDIES}
    },
  }
}

async function tryProgram(
  open: ReturnType<typeof pingProgram>,
  request: EchoSocketRequest,
): Promise<EchoOpening> {
  const opening = await open(request)
  return opening.status === 'open' ? opening : {status: 'missing', tried: [opening.because], remedies: []}
}

async function trySocket(
  shelf: EngineShelf,
  method: 'datagram' | 'raw',
  request: EchoSocketRequest,
): Promise<EchoOpening> {
  const ffi = await loadFfi()
  if (!ffi)
    return {status: 'missing', tried: [`icmp ${method} socket: koffi can't be loaded here`], remedies: []}
  const {family, source, interface: device, ttl, dscp, dontFragment} = request
  const key = JSON.stringify([method, family, source, device, ttl, dscp, dontFragment])
  const engine = shelf.take(key, () => openEngine(ffi, method, request))
  return 'code' in engine
    ? refusal(engine, method)
    : {status: 'open', socket: sharedSocket(engine, () => shelf.putBack(key))}
}

function openEngine(ffi: Ffi, method: 'datagram' | 'raw', request: EchoSocketRequest): EchoEngine | NetError {
  const socket = openIcmpSocket(ffi, method, request)
  return 'code' in socket ? socket : echoEngine(ffi, socket)
}

/** Only a refused socket makes the next way worth trying; a wrong interface or address stays wrong. */
function refusal(error: NetError, method: 'datagram' | 'raw'): EchoOpening {
  const isForbidden = error.syscall === 'socket' && ['EACCES', 'EPERM'].includes(error.code)
  const why = method === 'datagram' ? 'net.ipv4.ping_group_range excludes this user' : 'needs CAP_NET_RAW'
  return isForbidden
    ? {status: 'missing', tried: [`icmp ${method} socket: ${error.code}, ${why}`], remedies: []}
    : {status: 'failed', error}
}

function sharedSocket(engine: EchoEngine, putBack: () => void): EchoSocket {
  const listeners = new Set<(extra: EchoExtra) => void>()
  const owner = {
    onExtra: (extra: EchoExtra): void => {
      for (const listener of listeners) listener(extra)
    },
  }
  let open = true
  return {
    method: `icmp ${engine.kind} socket`,
    clock: 'kernel',
    echo: async (request) => (open ? engine.echo(request, owner) : {status: 'aborted', took: 0}),
    onExtra: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {
      if (!open) return
      open = false
      engine.cancel(owner)
      // The socket stays open for others: what arrives now is nobody's.
      listeners.clear()
      putBack()
    },
  }
}
