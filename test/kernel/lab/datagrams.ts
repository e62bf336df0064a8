/**
 * Runs inside a node. Prints each datagram that arrives at port 7000, or at the group that it joins, as "NUMBER MILLISECONDS
 * BYTES"; sends numbered ones for each order on standard input, and then says "sent".
 */
import {createSocket} from 'node:dgram'
import {createInterface} from 'node:readline'
import {setTimeout as sleep} from 'node:timers/promises'

export interface SendOrder {
  readonly to: string
  readonly count: number
  readonly size: number
  /** So many together, then a pause. */
  readonly burst: number
  readonly pause: number
}

const PORT = 7000
const [group = '', own = ''] = process.argv.slice(2)
const four = createSocket({type: 'udp4', recvBufferSize: 4_000_000})
const six = createSocket({type: 'udp6', ipv6Only: true, recvBufferSize: 4_000_000})
for (const socket of [four, six])
  socket.on('message', (data) => {
    process.stdout.write(`${data.readUInt32BE(0)} ${performance.now().toFixed(3)} ${data.length}\n`)
  })
await new Promise<void>((resolve) => four.bind(PORT, resolve))
await new Promise<void>((resolve) => six.bind(PORT, resolve))
four.addMembership(group, own)
four.setMulticastInterface(own)
process.stdout.write('ready\n')
for await (const line of createInterface({input: process.stdin})) {
  await send(JSON.parse(line) as SendOrder)
  process.stdout.write('sent\n')
}
process.exit(0)

async function send({to, count, size, burst, pause}: SendOrder): Promise<void> {
  const socket = to.includes(':') ? six : four
  const data = Buffer.alloc(size, 0x55)
  for (let number = 0; number < count; number++) {
    data.writeUInt32BE(number, 0)
    await new Promise((resolve) => socket.send(data, PORT, to, resolve))
    if (number % burst === burst - 1) await sleep(pause)
  }
}
