import net, {type Socket} from 'node:net'
import {answerAfter, misbehave} from './behaviour.ts'
import {runTcpServer} from './connections.ts'
import type {ServeRequest, StartServer} from './server.ts'
import {tcpEchoOptions} from './options.ts'
import {parseOptions} from './parse-options.ts'

/** Sends every byte back, in order and after the delay; answers a half-close with its own. */
export const startTcpEcho: StartServer = async (request) => {
  const options = parseOptions(tcpEchoOptions, request.options)
  const server = net.createServer({allowHalfOpen: true, noDelay: true}, (socket) => {
    if (misbehave(options.behaviour, socket)) return
    const {banner} = options
    if (banner !== undefined) answerAfter(request.clock, options.delay, () => socket.write(`${banner}\n`))
    echo(socket, request, options.delay)
  })
  const door = options.mptcp ? request.mptcp : null
  if (door === undefined) throw new Error('there are no MPTCP sockets here')
  return runTcpServer(server, request, door)
}

/** Timers of equal length fire in order, so delayed chunks stay in order too. */
export function echo(socket: Socket, request: Pick<ServeRequest, 'clock'>, delay: number): void {
  if (delay === 0) {
    socket.pipe(socket)
    return
  }
  socket.on('data', (chunk: Buffer) => answerAfter(request.clock, delay, () => socket.write(chunk)))
  socket.once('end', () => answerAfter(request.clock, delay, () => socket.end()))
}
