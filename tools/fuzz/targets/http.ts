/** The HTTP probe against a server that answers with anything: over a real connection, since a library reads it. */
import {Buffer} from 'node:buffer'
import net from 'node:net'
import {openPorts} from '../../../src/app/ports.ts'
import {parseTargetUrl} from '../../../src/core/target.ts'
import {http} from '../../../src/probes/http/probe.ts'
import type {Prober} from '../../../src/probes/probe.ts'
import type {FuzzTarget} from '../target.ts'

const SAMPLES = [
  'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-type: text/plain\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n5\r\nhello\r\n0\r\nx: y\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 301 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.0 503 Busy\r\nretry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n\r\nlater',
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"status": {"deep": [1, 2]}}',
  'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n\u0000\u0001',
].map((text) => Buffer.from(text, 'latin1'))

/** The server sends the input and hangs up, so nothing that it does may keep the probe waiting that long. */
const PATIENCE = 1000

interface World {
  readonly server: net.Server
  readonly prober: Prober
}

let answer: Uint8Array = new Uint8Array()
let world: Promise<World> | null = null

async function open(): Promise<World> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as net.AddressInfo
  const url = parseTargetUrl(`http://127.0.0.1:${port}/`)
  if (!url.ok) throw new Error(url.because)
  const options = http.schema.parse({max_redirects: 2})
  return {server, prober: await http.open({url: url.value, family: 0, options}, openPorts(1))}
}

export const target: FuzzTarget = {
  corpus: () => SAMPLES,
  run: async (input) => {
    world ??= open()
    const {prober} = await world
    answer = input
    const outcome = await prober.measure({seq: 0, timeout: PATIENCE, signal: new AbortController().signal})
    const code = outcome.status === 'failed' ? outcome.failure.code : null
    if (code === 'UNKNOWN' || code === 'HTTP_TIMEOUT' || code === 'HTTP_BODY_TIMEOUT') throw new Error(code)
  },
  close: async () => {
    if (world === null) return
    const {server, prober} = await world
    await prober.close()
    server.close()
  },
}
