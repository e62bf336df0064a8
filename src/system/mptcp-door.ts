import type {MptcpDoor} from '../core/mptcp-port.ts'

/** Loads the sockets at the first use: most runs never open one. */
export const systemMptcp: MptcpDoor = {
  missing: async () => (await load()).missing(),
  connect: async (request) => (await load()).connect(request),
  bind: async (request) => (await load()).bind(request),
  counters: async () => (await load()).counters(),
}

async function load(): Promise<MptcpDoor> {
  const {mptcpSockets} = await import('./mptcp.ts')
  return mptcpSockets
}
