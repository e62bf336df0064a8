/** Runs inside a network namespace: TCP servers that behave in their ways, until standard input ends. */
import {type Socket, createServer} from 'node:net'

const BEHAVIOURS: Readonly<Record<number, (socket: Socket) => void>> = {
  7001: () => {},
  7002: (socket) => socket.resetAndDestroy(),
  7003: (socket) => socket.end(),
  7004: () => {},
}

let listening = 0
const ports = Object.entries(BEHAVIOURS)
for (const [port, behave] of ports) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    behave(socket)
  })
  server.listen(Number(port), '::', () => {
    listening++
    if (listening === ports.length) process.stdout.write('ready\n')
  })
}
process.stdin.resume().on('end', () => process.exit(0))
