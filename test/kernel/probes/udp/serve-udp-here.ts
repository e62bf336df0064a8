/** Runs inside a network namespace: an echo over UDP and TCP on 8001, STUN servers on 8002 and on 10.99.0.3:8003, until standard input ends. */
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
for (const [address, port] of [
  ['0.0.0.0', 8002],
  ['10.99.0.3', 8003],
] as const) {
  await scriptedStun(
    (request, from) => [
      encodeStun({
        transaction: transactionOf(request),
        attributes: [xorMapped(from.address, from.port)],
        fingerprint: 'right',
      }),
    ],
    address,
    port,
  )
}
process.stdout.write('ready\n')
process.stdin.resume().on('end', () => process.exit(0))
