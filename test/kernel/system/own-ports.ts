/** Runs inside a namespace with few ephemeral ports: opens shared sockets towards a server that shares its port too. */
import {createSocket} from 'node:dgram'
import {keepErrors} from '../../../src/system/keep-errors.ts'
import {systemDatagram} from '../../../src/system/datagram.ts'

const [server = '', rounds = '', keep = ''] = process.argv.slice(2)
const port = Number(server)
if (keep === 'keep') keepErrors()
const there = createSocket({type: 'udp4', reuseAddr: true})
await new Promise<void>((resolve) => there.bind(port, '127.0.0.1', resolve))
const picked: number[] = []
for (let round = 0; round < Number(rounds); round++) {
  const socket = await systemDatagram.open({
    family: 4,
    source: '127.0.0.1',
    connect: {address: '127.0.0.1', port},
    strangers: true,
  })
  if ('code' in socket) throw new Error(socket.message)
  picked.push(socket.local.port)
  socket.close()
}
there.close()
process.stdout.write(JSON.stringify(picked), () => process.exit(0))
