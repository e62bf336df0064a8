import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {systemTls} from '../../../../src/system/tls.ts'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {codeOf, factsOf, measureTls, messageOf} from '../../../support/tls-measure.ts'
import {
  type Running,
  alertRecord,
  answering,
  nodeTls,
  opensslServer,
  rawServer,
} from '../../../support/tls-servers.ts'

let workshop: Workshop
let root: Issued
let leaf: Issued

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root'})
  leaf = await workshop.leaf({name: 'leaf', san: ['DNS:localhost']}, root)
})
afterAll(async () => workshop.remove())

const served = (): {key: string; cert: string} => ({key: leaf.key, cert: leaf.certificate})

interface Case {
  readonly what: string
  readonly start: () => Promise<Running>
  readonly options?: Readonly<Record<string, unknown>>
  readonly timeout?: number
  readonly code: string
  readonly message: RegExp
  readonly facts?: object
}

const CASES: readonly Case[] = [
  {
    what: 'an HTTP server',
    start: async () => answering('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    code: 'TLS_PLAINTEXT',
    message: /plain text: HTTP, "HTTP\/1\.1 400 Bad Request"/,
  },
  {
    what: 'an SSH server, which speaks first',
    start: async () => rawServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n')),
    code: 'TLS_PLAINTEXT',
    message: /SSH, "SSH-2\.0-OpenSSH_9\.2p1/,
  },
  {
    what: 'an SMTP server',
    start: async () => rawServer((socket) => socket.write('220 mail.test ESMTP \u001b[31mPostfix\r\n')),
    code: 'TLS_PLAINTEXT',
    message: /SMTP, "220 mail\.test ESMTP Postfix"/,
  },
  {
    what: 'a single foreign byte, then silence',
    start: async () => answering('N'),
    timeout: 300,
    code: 'TLS_PLAINTEXT',
    message: /PostgreSQL/,
  },
  {
    what: 'bytes that are no text',
    start: async () => answering(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
    code: 'TLS_PLAINTEXT',
    message: /12 bytes that are no text/,
  },
  {
    what: 'a server that accepts and never answers',
    start: async () => rawServer((socket) => socket.resume()),
    timeout: 300,
    code: 'TLS_HANDSHAKE_TIMEOUT',
    message: /within 300ms: before it sent anything/,
  },
  {
    what: 'a server that stalls in the middle of a record',
    start: async () => answering(Uint8Array.of(22, 3, 3, 0, 80, 2, 0, 0, 76)),
    timeout: 300,
    code: 'TLS_HANDSHAKE_TIMEOUT',
    message: /after 9 bytes, before a ServerHello/,
  },
  {
    what: 'a server that closes at once',
    start: async () => rawServer((socket) => socket.end()),
    code: 'TLS_CLOSED',
    message: /closed the connection in the handshake, before it sent anything/,
  },
  {
    what: 'a server that closes after our ClientHello',
    start: async () => rawServer((socket) => socket.once('data', () => socket.end())),
    code: 'TLS_CLOSED',
    message: /closed the connection/,
  },
  {
    what: 'a server that resets after our ClientHello',
    start: async () => rawServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    code: 'TLS_CLOSED',
    message: /reset the connection in the handshake/,
  },
  {
    what: 'a server that says goodbye politely',
    start: async () => rawServer((socket) => socket.once('data', () => socket.end(alertRecord(0, 1)))),
    code: 'TLS_CLOSED',
    message: /closed the connection/,
    facts: {alert: 0},
  },
  {
    what: 'an alert that is followed by a reset',
    start: async () =>
      rawServer((socket) =>
        socket.once('data', () =>
          socket.write(alertRecord(80), () => setImmediate(() => socket.resetAndDestroy())),
        ),
      ),
    code: 'TLS_SERVER_ERROR',
    message: /alert 80 \(internal_error\)/,
  },
  {
    what: 'TLS 1.3 only, and we offer 1.2',
    start: async () => nodeTls({...served(), minVersion: 'TLSv1.3'}),
    options: {max: '1.2'},
    code: 'TLS_VERSION',
    message: /alert 70 \(protocol_version\); offered were TLSv1\.2 only/,
    facts: {alert: 70},
  },
  {
    what: 'TLS 1.2 only, and we want 1.3',
    start: async () => nodeTls({...served(), maxVersion: 'TLSv1.2'}),
    options: {min: 1.3},
    code: 'TLS_VERSION',
    message: /offered were TLSv1\.3 only/,
  },
  {
    what: 'a ServerHello of TLS 1.0, chosen by a server that knows nothing newer',
    start: async () => answering(oldServerHello()),
    code: 'TLS_VERSION',
    message: /chose TLSv1, but asked for was TLSv1\.2 to TLSv1\.3/,
    facts: {version: 'TLSv1'},
  },
  {
    what: 'only ciphers of another kind of key',
    start: async () => nodeTls({...served(), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256'}),
    code: 'TLS_NO_SHARED_CIPHER',
    message: /alert 40 \(handshake_failure\) as its first answer/,
    facts: {alert: 40, client_certificate_requested: null},
  },
  {
    what: 'no application protocol in common',
    start: async () => nodeTls({...served(), ALPNProtocols: ['h2']}),
    options: {alpn: ['http/1.1', 'spdy/3']},
    code: 'TLS_ALPN',
    message: /alert 120 \(no_application_protocol\); offered were http\/1\.1, spdy\/3/,
  },
  {
    what: 'a server that does not know the name',
    start: async () =>
      opensslServer(
        [
          ...['-cert', leaf.certificateFile, '-key', leaf.keyFile, '-servername_fatal'],
          ...['-cert2', leaf.certificateFile, '-key2', leaf.keyFile, '-servername', 'known.test'],
        ],
        workshop.folder,
      ),
    code: 'TLS_SNI_UNKNOWN',
    message: /alert 112 \(unrecognized_name\) to the name localhost/,
    facts: {alert: 112, sni: 'localhost'},
  },
  {
    what: 'a damaged ServerHello',
    start: async () => answering(Uint8Array.of(22, 3, 3, 0, 10, 2, 0, 0, 6, 3, 3, 1, 2, 3, 4)),
    code: 'TLS_MALFORMED',
    message: /makes no sense/,
  },
  {
    what: 'a handshake message out of place',
    start: async () => answering(Uint8Array.of(22, 3, 3, 0, 4, 14, 0, 0, 0)),
    code: 'TLS_MALFORMED',
    message: /makes no sense/,
  },
]

/** TLS 1.0, TLS_RSA_WITH_AES_128_CBC_SHA, no extensions. */
function oldServerHello(): Uint8Array {
  const body = [3, 1, ...Array.from({length: 32}, (_, index) => index), 0, 0, 0x2f, 0]
  return Uint8Array.of(22, 3, 1, 0, body.length + 4, 2, 0, 0, body.length, ...body)
}

describe('a handshake that fails', () => {
  test.each(CASES)('$what: $code', async ({start, options, timeout, code, message, facts}) => {
    const server = await start()
    try {
      const outcome = await measureTls(
        server.port,
        {ca: root.certificateFile, ...options},
        {timeout: timeout ?? 5000},
      )
      expect(codeOf(outcome)).toBe(code)
      expect(messageOf(outcome)).toMatch(message)
      expect(factsOf(outcome)).toMatchObject(facts ?? {})
      const partial = outcome.status === 'failed' ? outcome.partial : null
      expect(Object.keys(partial?.phase ?? {})).toEqual(['connect', 'tls', 'total'])
      expect(partial).not.toHaveProperty('rtt')
    } finally {
      await server.stop()
    }
  })

  test('the abort of the user is no failure of the target', async () => {
    const server = await rawServer((socket) => socket.once('data', () => abort.abort(new Error('enough'))))
    const abort = new AbortController()
    try {
      const outcome = await measureTls(server.port, {}, {signal: abort.signal})
      expect([codeOf(outcome), outcome.status === 'failed' && outcome.failure.stage]).toEqual([
        'CANCELLED',
        'tls',
      ])
    } finally {
      await server.stop()
    }
  })

  test('a closed port is a failure to connect, without TLS facts', async () => {
    const server = await rawServer(() => undefined)
    await server.stop()
    const outcome = await measureTls(server.port)
    expect(codeOf(outcome)).toBe('TCP_REFUSED')
    expect(outcome.status === 'failed' && outcome.partial).not.toHaveProperty('tls')
  })
})

test('an identity that is none is the mistake of the user, before anything is sent', async () => {
  const identity = {certificate: leaf.certificate, key: root.key}
  const client = systemTls.client({min: 'TLSv1.2', max: 'TLSv1.3', identity})
  await expect(client).rejects.toThrow(/client certificate can not be used/)
  await expect(measureTls(1, {cert: '/nonexistent'})).rejects.toThrow(/can not be read/)
  await expect(measureTls(1, {ca: leaf.keyFile})).rejects.toThrow(/no certificate in PEM form/)
})
