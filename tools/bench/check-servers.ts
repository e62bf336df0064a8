/** Servers on loopback for a check of many targets, one of each kind that is probed, and the URLs that lead to them. */
import {execFile} from 'node:child_process'
import {type Socket, createSocket} from 'node:dgram'
import {readFile} from 'node:fs/promises'
import {createServer as createHttpServer} from 'node:http'
import {type AddressInfo, type Server, createServer} from 'node:net'
import {join} from 'node:path'
import {createServer as createTlsServer} from 'node:tls'
import {promisify} from 'node:util'

export interface CheckServers {
  readonly tcp: readonly number[]
  readonly tls: number
  readonly http: number
  readonly dns: number
  /** The certificate of the TLS server, which is its own authority. */
  readonly ca: string
  close(): void
}

const LISTENERS = 10
const BACKLOG = 4096

/** Files are written into `folder`. */
export async function openCheckServers(folder: string): Promise<CheckServers> {
  const {ca, key} = await makeCertificate(folder)
  const quiet = (socket: {on(event: 'error', listener: () => void): unknown}): void => {
    socket.on('error', () => {})
  }
  const tcp = await Promise.all(Array.from({length: LISTENERS}, async () => listen(createServer(quiet))))
  const options = {cert: await readFile(ca), key: await readFile(key)}
  const tls = await listen(createTlsServer(options, quiet))
  const http = await listen(createHttpServer((_, response) => response.end('ok\n')))
  const dns = await answerDns()
  const servers = [...tcp, tls, http]
  return {
    tcp: tcp.map(portOf),
    tls: portOf(tls),
    http: portOf(http),
    dns: dns.address().port,
    ca,
    close: () => {
      for (const server of servers) server.close()
      dns.close()
    },
  }
}

/** As many as asked: a fifth of each kind. Ping goes to as many addresses. */
export function mixedUrls(size: number, {tcp, tls, http, dns}: CheckServers): readonly string[] {
  return Array.from({length: size}, (_, index) => {
    const turns = [
      `tcp://127.0.0.1:${tcp[index % tcp.length] ?? 0}`,
      `tls://127.0.0.1:${tls}`,
      `http://127.0.0.1:${http}/${index}`,
      `dns://127.0.0.1:${dns}/host-${index}.example?type=A`,
      `ping://127.0.${(index >> 8) & 255}.${index & 255 || 1}`,
    ]
    return turns[index % turns.length] ?? ''
  })
}

export async function listen(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', BACKLOG, resolve))
  return server
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function makeCertificate(folder: string): Promise<{readonly ca: string; readonly key: string}> {
  const ca = join(folder, 'ca.pem')
  const key = join(folder, 'key.pem')
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const name = ['-subj', '/CN=bench', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '30']
  await promisify(execFile)('openssl', [...words, ...name, '-keyout', key, '-out', ca])
  return {ca, key}
}

/** An A record behind the header and the question: RFC 1035 §4.1, with a pointer to the name (§4.1.4). */
const ANSWER = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1])
const HEADER = 12

async function answerDns(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('message', (query, {address, port}) => socket.send(answerTo(query), port, address))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return socket
}

/** Whatever is asked, without what the client added behind its question. */
function answerTo(query: Buffer): Buffer {
  let end = HEADER
  for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) end += 1 + length
  const reply = Buffer.concat([query.subarray(0, end + 5), ANSWER])
  reply.writeUInt16BE(0x8580, 2)
  reply.writeUInt16BE(1, 6)
  reply.writeUInt32BE(0, 8)
  return reply
}
