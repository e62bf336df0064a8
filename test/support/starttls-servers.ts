/** Scripted servers of all protocols that change to TLS on request, each of which can go wrong at any step. */
import type {Socket} from 'node:net'
import {TLSSocket} from 'node:tls'
import type {StarttlsProtocol} from '../../src/probes/starttls/protocols.ts'
import {type Running, rawServer} from './tls-servers.ts'

type Octets = string | Uint8Array

interface ScriptedStep {
  readonly name: string
  /** Part of what the client says before; absent when the server speaks first. */
  readonly after?: Octets
  readonly good: Octets
  /** A proper answer that says no. */
  readonly refusal?: Octets
  /** A proper answer without the offer. */
  readonly lacks?: Octets
}

const ldap = (code: number, text = ''): Buffer =>
  Buffer.from([
    ...[0x30, 12 + text.length, 2, 1, 1, 0x78, 7 + text.length, 0x0a, 1, code, 4, 0, 4, text.length],
    ...Buffer.from(text),
  ])

function mysqlGreeting(capabilities: number): Buffer {
  const version = Buffer.from('8.0.36\0')
  const rest = Buffer.alloc(20)
  rest.writeUInt16LE(capabilities, 13)
  const body = Buffer.concat([Buffer.from([10]), version, rest])
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body])
}

const mysqlError = Buffer.concat([
  Buffer.from([26, 0, 0, 0, 0xff, 0x6a, 0x04]),
  Buffer.from('Host is not allowed now'),
])

const STREAM = "<?xml version='1.0'?><stream:stream from='localhost' id='1' version='1.0'>"
const XML_ERROR = '<stream:error><host-unknown/></stream:error>'
const TLS_OFFER = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"

export const SCRIPTS: Readonly<Record<StarttlsProtocol, readonly ScriptedStep[]>> = {
  smtp: [
    {name: 'greeting', good: '220-mail.test\r\n220 ESMTP\r\n', refusal: '554 no service for you\r\n'},
    {
      name: 'EHLO',
      after: 'EHLO [127.0.0.1]',
      good: '250-mail.test\r\n250-SIZE 1000\r\n250 STARTTLS\r\n',
      refusal: '550 go away\r\n',
      lacks: '250-mail.test\r\n250-SIZE 1000\r\n250 NOSTARTTLS\r\n',
    },
    {name: 'STARTTLS', after: 'STARTTLS', good: '220 ready\r\n', refusal: '454 no key here\r\n'},
  ],
  imap: [
    {name: 'greeting', good: '* OK [CAPABILITY IMAP4rev1] hello\r\n', refusal: '* BYE too many\r\n'},
    {
      name: 'CAPABILITY',
      after: 'n1 CAPABILITY',
      good: '* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nn1 OK done\r\n',
      refusal: 'n1 BAD what\r\n',
      lacks: '* CAPABILITY IMAP4rev1 XSTARTTLS\r\nn1 OK done\r\n',
    },
    {
      name: 'STARTTLS',
      after: 'n2 STARTTLS',
      good: '* OK still here\r\nn2 OK begin\r\n',
      refusal: 'n2 NO not now\r\n',
    },
  ],
  pop3: [
    {name: 'greeting', good: '+OK hello\r\n', refusal: '-ERR [SYS/TEMP] busy\r\n'},
    {
      name: 'CAPA',
      after: 'CAPA',
      good: '+OK list\r\nUIDL\r\nSTLS\r\n.\r\n',
      lacks: '+OK list\r\nUIDL\r\n.\r\n',
    },
    {name: 'STLS', after: 'STLS', good: '+OK begin\r\n', refusal: '-ERR no key\r\n'},
  ],
  ftp: [
    {name: 'greeting', good: '220-Welcome\r\n to this server\r\n220 ready\r\n', refusal: '421 too many\r\n'},
    {
      name: 'AUTH TLS',
      after: 'AUTH TLS',
      good: '234 begin\r\n',
      refusal: '431 no certificate\r\n',
      lacks: '500 what?\r\n',
    },
  ],
  ldap: [
    {
      name: 'StartTLS',
      after: '1.3.6.1.4.1.1466.20037',
      good: ldap(0),
      refusal: ldap(52, 'no certificate'),
      lacks: ldap(2, 'unsupported'),
    },
  ],
  xmpp: [
    {name: 'stream', after: "to='localhost'", good: STREAM, refusal: `${STREAM.slice(0, 21)}${XML_ERROR}`},
    {
      name: 'features',
      good: `<stream:features>${TLS_OFFER}</stream:features>`,
      refusal: XML_ERROR,
      lacks: '<stream:features><mechanisms/></stream:features>',
    },
    {
      name: 'starttls',
      after: '<starttls',
      good: "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
      refusal: "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    },
  ],
  postgres: [
    {
      name: 'SSLRequest',
      after: Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47),
      good: 'S',
      refusal: 'E\0\0\0\u0014SFATAL\0Mtoo many clients\0\0',
      lacks: 'N',
    },
  ],
  mysql: [
    {name: 'greeting', good: mysqlGreeting(0x8a00), refusal: mysqlError, lacks: mysqlGreeting(0x8200)},
    {name: 'SSLRequest', after: Uint8Array.of(32, 0, 0, 1), good: ''},
  ],
  nntp: [
    {name: 'greeting', good: '200 hello\r\n', refusal: '502 not you\r\n'},
    {
      name: 'CAPABILITIES',
      after: 'CAPABILITIES',
      good: '101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n',
      refusal: '503 not now\r\n',
      lacks: '101 list\r\nVERSION 2\r\n.\r\n',
    },
    {name: 'STARTTLS', after: 'STARTTLS', good: '382 begin\r\n', refusal: '580 can not\r\n'},
  ],
  sieve: [
    {
      name: 'greeting',
      good: '"IMPLEMENTATION" "test"\r\n"STARTTLS"\r\nOK "hello"\r\n',
      refusal: 'BYE "too many"\r\n',
      lacks: '"IMPLEMENTATION" "test"\r\nOK "hello"\r\n',
    },
    {name: 'STARTTLS', after: 'STARTTLS', good: 'OK "begin"\r\n', refusal: 'NO "no key"\r\n'},
  ],
}

export interface Mishap {
  /** Counts from 1. */
  readonly step: number
  /** Said in place of the good answer; an octet string is one answer. */
  readonly says?: Octets
  readonly end?: 'close' | 'reset' | 'stall'
  /** Said in the same segment as the good answer. */
  readonly adds?: Octets
}

export interface ScriptedServer {
  readonly protocol: StarttlsProtocol
  readonly key: string
  readonly cert: string
  readonly mishap?: Mishap
  /** Sends answers in pieces of one octet, each in its own segment. */
  readonly slowly?: boolean
}

export async function starttlsServer(script: ScriptedServer): Promise<Running> {
  return rawServer((socket) => {
    socket.setNoDelay(true)
    void play(socket, script)
  })
}

async function play(socket: Socket, script: ScriptedServer): Promise<void> {
  const {protocol, key, cert, mishap} = script
  for (const [index, step] of SCRIPTS[protocol].entries()) {
    if (step.after !== undefined && !(await received(socket, step.after))) return
    const wrong = mishap?.step === index + 1 ? mishap : null
    await say(socket, wrong ? wrongAnswer(step, wrong) : Buffer.from(step.good), script.slowly ?? false)
    if (!wrong) continue
    if (wrong.end === 'close') socket.end()
    if (wrong.end === 'reset') socket.resetAndDestroy()
    return
  }
  const secure = new TLSSocket(socket, {isServer: true, key, cert})
  secure.on('error', () => undefined)
  secure.resume()
}

function wrongAnswer({good}: ScriptedStep, {says, end, adds}: Mishap): Buffer {
  const said = says ?? (end === undefined ? good : '')
  return Buffer.concat([Buffer.from(said), Buffer.from(adds ?? '')])
}

async function say(socket: Socket, bytes: Buffer, slowly: boolean): Promise<void> {
  const pieces = slowly ? [...bytes].map((octet) => Buffer.of(octet)) : bytes.length > 0 ? [bytes] : []
  for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, () => resolve()))
}

/** Reads exactly up to the end of what the client says; false when it says something else or leaves. */
async function received(socket: Socket, wanted: Octets): Promise<boolean> {
  let bytes = Buffer.alloc(0)
  for (;;) {
    const chunk = socket.read() as Buffer | null
    if (chunk) bytes = Buffer.concat([bytes, chunk])
    if (bytes.includes(Buffer.from(wanted))) return true
    if (socket.readableEnded || socket.destroyed) return false
    await new Promise<void>((resolve) => {
      for (const name of ['readable', 'end', 'close'] as const) socket.once(name, () => resolve())
    })
  }
}
