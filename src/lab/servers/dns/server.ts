import dgram from 'node:dgram'
import net, {type Socket} from 'node:net'
import type * as z from 'zod'
import {answerAfter, misbehave} from '../behaviour.ts'
import {runTcpServer} from '../connections.ts'
import type {RunningServer, ServeRequest, StartServer} from '../server.ts'
import {type Answer, decodeQuestion, encodeAnswer, type Question} from './message.ts'
import {dnsOptions} from '../options.ts'
import {parseOptions} from '../parse-options.ts'

const RCODES = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
} as const

type DnsOptions = z.output<typeof dnsOptions>

/** UDP and TCP need the same port, which may be free for one of them only. */
const TRIES = 10

/** An authoritative server for a table of addresses, on UDP and TCP alike. */
export const startDns: StartServer = async (request) => {
  const options = parseOptions(dnsOptions, request.options)
  for (let tries = 1; ; tries++) {
    const tcp = await startTcp(request, options)
    try {
      const udp = await startUdp(request, options, tcp.port)
      return {
        ...tcp,
        close: async () => {
          udp.close()
          await tcp.close()
        },
      }
    } catch (error) {
      await tcp.close()
      if (request.port !== 0 || tries === TRIES) throw error
    }
  }
}

async function startUdp(request: ServeRequest, options: DnsOptions, port: number): Promise<dgram.Socket> {
  const socket = dgram.createSocket(request.address.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', (message, from) => {
    const question = decodeQuestion(message)
    if (!question || options.behaviour !== 'serve') return
    const answer = encodeAnswer(question, {...answerTo(question, options), truncated: options.truncate})
    answerAfter(request.clock, options.delay, () => {
      // A client that has gone makes the send fail; that is nobody's trouble.
      socket.send(answer, from.port, from.address, () => {})
    })
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({address: request.address, port, exclusive: true}, () => {
      socket.off('error', reject)
      socket.on('error', () => {})
      resolve()
    })
  })
  return socket
}

async function startTcp(request: ServeRequest, options: DnsOptions): Promise<RunningServer> {
  const server = net.createServer({noDelay: true}, (socket) => {
    if (!misbehave(options.behaviour, socket)) answerStream(socket, request, options)
  })
  return runTcpServer(server, request)
}

/** RFC 1035 §4.2.2: each message has its length in two octets before it. */
function answerStream(socket: Socket, request: ServeRequest, options: DnsOptions): void {
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const size = rest.readUInt16BE(0)
      const question = decodeQuestion(rest.subarray(2, 2 + size))
      rest = rest.subarray(2 + size)
      if (!question) {
        socket.destroy()
        return
      }
      const answer = encodeAnswer(question, answerTo(question, options))
      const length = Buffer.alloc(2)
      length.writeUInt16BE(answer.length)
      answerAfter(request.clock, options.delay, () => socket.write(Buffer.concat([length, answer])))
    }
  })
}

const TYPE_A = 1
const TYPE_AAAA = 28
const CLASS_IN = 1

function answerTo(question: Question, options: DnsOptions): Answer {
  const none = {addresses: [], ttl: options.ttl}
  if (options.rcode !== undefined) return {...none, rcode: RCODES[options.rcode]}
  const entry = Object.entries(options.records).find(([name]) => canonical(name) === question.name)
  if (!entry) return {...none, rcode: RCODES.NXDOMAIN}
  const all = Array.isArray(entry[1]) ? entry[1] : [entry[1]]
  const wanted = all.filter((address) => question.type === (address.includes(':') ? TYPE_AAAA : TYPE_A))
  const addresses = question.class === CLASS_IN ? wanted : []
  return {addresses, ttl: options.ttl, rcode: RCODES.NOERROR}
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
