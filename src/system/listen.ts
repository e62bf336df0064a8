import {createServer} from 'node:net'
import type {Listen, NetError, TcpListener} from '../core/ports.ts'
import {toNetError} from './net-errors.ts'
import {openStream} from './stream.ts'

/** Takes TCP connections on one address of this machine. */
export const systemListen: Listen = {
  async tcp({address, port, onStream}) {
    const server = createServer({allowHalfOpen: true, noDelay: true}, (socket) => {
      onStream(openStream(socket, {address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0}))
    })
    return new Promise<TcpListener | NetError>((resolve) => {
      server.once('error', (error) => resolve(toNetError(error)))
      server.listen({host: address, port, exclusive: true}, () => {
        const bound = server.address()
        const local = typeof bound === 'object' && bound !== null ? bound : {address, port}
        resolve({local: {address: local.address, port: local.port}, close: () => server.close()})
      })
    })
  },
}
