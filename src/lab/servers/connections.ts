import type {Server, Socket} from 'node:net'
import type {MptcpDoor} from '../../core/mptcp-port.ts'
import type {Random} from '../../core/ports.ts'
import {listen, listenByMptcp} from './listen.ts'
import type {RunningServer} from './server.ts'

/** Listens with a TCP server and remembers its connections, so that closing it ends them too; null listens for plain TCP. */
export async function runTcpServer(
  server: Server,
  request: {readonly address: string; readonly port: number; readonly random: Random},
  mptcp: Pick<MptcpDoor, 'bind'> | null = null,
): Promise<RunningServer> {
  const live = new Set<Socket>()
  server.on('connection', (socket) => {
    live.add(socket)
    socket.once('close', () => live.delete(socket))
  })
  const {address, port, random} = request
  const listener = mptcp
    ? await listenByMptcp(server, {address, port}, mptcp)
    : await listen(server, address, port, random)
  return {
    address: listener.address,
    port: listener.port,
    close: async () => {
      await listener.close()
      for (const socket of live) socket.destroy()
    },
  }
}
