/** Runs inside a network namespace: an echo over UDP and TCP on 8001, a STUN server on 8002, until standard input ends. */
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {createServer} from 'node:net'
import {encodeStun, scriptedStun, transactionOf, xorMapped} from '../../../support/scripted-stun.ts'

const echo = createSocket('udp6')
echo.on('message', (data, from) => echo.send(data, from.port, from.address))
echo.bind(8001, '::')
const tcp = createServer((socket) => socket.on('error', () => {}).resume())
tcp.listen(8001, '::')
await Promise.all([once(echo, 'listening'), once(tcp, 'listening')])
await scriptedStun(
  (request, from) => [
    encodeStun({
      transaction: transactionOf(request),
      attributes: [xorMapped(from.address, from.port)],
      fingerprint: 'right',
    }),
  ],
  '0.0.0.0',
  8002,
)
process.stdout.write('ready\n')
process.stdin.resume().on('end', () => process.exit(0))
