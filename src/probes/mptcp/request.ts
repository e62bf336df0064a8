import type {MptcpDoor} from '../../core/mptcp-port.ts'
import type {Ports} from '../../core/ports.ts'
import type {ProbeRequest} from '../probe.ts'
import type {MptcpOptions} from './options.ts'
import {RETRY_DELAYS, TransportMemory} from './transport-memory.ts'

export interface MptcpRequest extends ProbeRequest<MptcpOptions> {
  readonly port: number
  /** Null: the kernel decides alone. */
  readonly memory: TransportMemory | null
}

const memories = new WeakMap<MptcpDoor, Map<string, TransportMemory>>()

/** One for all probers of a destination; never one for all destinations. */
export function memoryOf(
  {url, source, interface: device, options}: ProbeRequest<MptcpOptions>,
  {mptcp}: Pick<Ports, 'mptcp'>,
): TransportMemory | null {
  if (options.transport !== 'auto') return null
  const all = memories.get(mptcp) ?? new Map<string, TransportMemory>()
  memories.set(mptcp, all)
  const first = options.retry_after ?? RETRY_DELAYS.first
  const key = JSON.stringify([url.host, url.port, source, device, first])
  const memory = all.get(key) ?? new TransportMemory({...RETRY_DELAYS, first})
  all.set(key, memory)
  return memory
}
