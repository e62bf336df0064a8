import type {Server, Socket} from 'node:net'
import type {Random} from '../../core/ports.ts'
import {listen} from './listen.ts'
import type {RunningServer} from './server.ts'

/** Listens with a TCP server and remembers its connections, so that closing it ends them too. */
export async function runTcpServer(
  server: Server,
  request: {readonly address: string; readonly port: number; readonly random: Random},
): Promise<RunningServer> {
  const live = new Set<Socket>()
  server.on('connection', (socket) => {
    live.add(socket)
    socket.once('close', () => live.delete(socket))
  })
  const listener = await listen(server, request.address, request.port, request.random)
  return {
    address: listener.address,
    port: listener.port,
    close: async () => {
      await listener.close()
      for (const socket of live) socket.destroy()
    },
  }
}
