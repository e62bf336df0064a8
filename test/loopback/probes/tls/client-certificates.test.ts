import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {codeOf, factsOf, measureTls, messageOf} from '../../../support/tls-measure.ts'
import {type Running, nodeTls, opensslServer} from '../../../support/tls-servers.ts'

let workshop: Workshop
let root: Issued
let leaf: Issued
let client: Issued
let stranger: Issued

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root', subject: '/CN=Client Issuer'})
  leaf = await workshop.leaf({name: 'leaf', san: ['DNS:localhost']}, root)
  client = await workshop.leaf({name: 'client'}, root)
  stranger = await workshop.leaf({name: 'stranger'}, await workshop.authority({name: 'other-root'}))
})
afterAll(async () => workshop.remove())

const serverFiles = (): string[] => ['-cert', leaf.certificateFile, '-key', leaf.keyFile]

/** `-Verify`: a certificate is demanded, not only asked for. */
async function demanding(version: '-tls1_2' | '-tls1_3'): Promise<Running> {
  const verify = ['-Verify', '3', '-verify_return_error', '-CAfile', root.certificateFile]
  return opensslServer([...serverFiles(), version, ...verify], workshop.folder)
}

async function demandingNode(version: 'TLSv1.2' | 'TLSv1.3'): Promise<Running> {
  return nodeTls({
    ...{key: leaf.key, cert: leaf.certificate, ca: root.certificate},
    ...{requestCert: true, rejectUnauthorized: true, minVersion: version, maxVersion: version},
  })
}

interface Case {
  readonly what: string
  readonly start: () => Promise<Running>
  readonly identity: () => Issued | null
  readonly code: string
  readonly message: RegExp
  readonly version: string
}

const none = (): null => null

const CASES: readonly Case[] = [
  {
    what: 'openssl, TLS 1.2, none given',
    start: async () => demanding('-tls1_2'),
    identity: none,
    code: 'TLS_CLIENT_CERT_REQUIRED',
    message: /alert 40 \(handshake_failure\); no client certificate was given/,
    version: 'TLSv1.2',
  },
  {
    what: 'openssl, TLS 1.3, none given',
    start: async () => demanding('-tls1_3'),
    identity: none,
    code: 'TLS_CLIENT_CERT_REQUIRED',
    message: /alert 116 \(certificate_required\)/,
    version: 'TLSv1.3',
  },
  {
    what: 'openssl, TLS 1.2, of an issuer it does not know',
    start: async () => demanding('-tls1_2'),
    identity: () => stranger,
    code: 'TLS_CLIENT_CERT_REJECTED',
    message: /alert 48 \(unknown_ca\) to our client certificate/,
    version: 'TLSv1.2',
  },
  {
    what: 'openssl, TLS 1.3, of an issuer it does not know',
    start: async () => demanding('-tls1_3'),
    identity: () => stranger,
    code: 'TLS_CLIENT_CERT_REJECTED',
    message: /alert 48 \(unknown_ca\) to our client certificate/,
    version: 'TLSv1.3',
  },
  {
    what: 'openssl, TLS 1.2, a good one',
    start: async () => demanding('-tls1_2'),
    identity: () => client,
    code: 'ok',
    message: /^$/,
    version: 'TLSv1.2',
  },
  {
    what: 'openssl, TLS 1.3, a good one',
    start: async () => demanding('-tls1_3'),
    identity: () => client,
    code: 'ok',
    message: /^$/,
    version: 'TLSv1.3',
  },
  {
    what: 'Node, TLS 1.2, none given',
    start: async () => demandingNode('TLSv1.2'),
    identity: none,
    code: 'TLS_CLIENT_CERT_REQUIRED',
    message: /client certificate/,
    version: 'TLSv1.2',
  },
  {
    what: 'Node, TLS 1.3, none given',
    start: async () => demandingNode('TLSv1.3'),
    identity: none,
    code: 'TLS_CLIENT_CERT_REQUIRED',
    message: /client certificate/,
    version: 'TLSv1.3',
  },
  {
    what: 'Node, TLS 1.3, of an issuer it does not know',
    start: async () => demandingNode('TLSv1.3'),
    identity: () => stranger,
    code: 'TLS_CLIENT_CERT_REJECTED',
    message: /client certificate|got one/,
    version: 'TLSv1.3',
  },
  {
    what: 'Node, TLS 1.3, a good one',
    start: async () => demandingNode('TLSv1.3'),
    identity: () => client,
    code: 'ok',
    message: /^$/,
    version: 'TLSv1.3',
  },
]

describe('a server that demands a client certificate', () => {
  test.each(CASES)('$what: $code', async ({start, identity, code, message, version}) => {
    const server = await start()
    const own = identity()
    const given = own ? {cert: own.certificateFile, key: own.keyFile} : {}
    try {
      const outcome = await measureTls(server.port, {ca: root.certificateFile, ...given})
      expect(codeOf(outcome)).toBe(code)
      expect(messageOf(outcome)).toMatch(message)
      // The facts of the server's own certificate are there in any case.
      expect(factsOf(outcome)).toMatchObject({
        version,
        trusted: true,
        problems: [],
        names: ['localhost'],
        client_certificate_requested: true,
      })
    } finally {
      await server.stop()
    }
  })

  test('says which issuers it accepts', async () => {
    const server = await demanding('-tls1_3')
    try {
      expect(messageOf(await measureTls(server.port, {}))).toMatch(/it accepts those of Client Issuer/)
    } finally {
      await server.stop()
    }
  })

  test('one file may hold both the certificate and its key', async () => {
    const server = await demanding('-tls1_3')
    try {
      const both = await workshop.bundle('both', [client.certificate, client.key])
      expect(codeOf(await measureTls(server.port, {ca: root.certificateFile, cert: both}))).toBe('ok')
    } finally {
      await server.stop()
    }
  })
})

test('a server that only asks for a certificate is satisfied without', async () => {
  const args = [...serverFiles(), '-verify', '3', '-CAfile', root.certificateFile]
  const server = await opensslServer(args, workshop.folder)
  try {
    const outcome = await measureTls(server.port, {ca: root.certificateFile})
    expect([codeOf(outcome), factsOf(outcome).client_certificate_requested]).toEqual(['ok', true])
  } finally {
    await server.stop()
  }
})

test('the wait for a late refusal is bounded and no part of the measured times', async () => {
  // No tickets: after the handshake the server has nothing to say.
  const args = [...serverFiles(), '-verify', '3', '-CAfile', root.certificateFile, '-num_tickets', '0']
  const server = await opensslServer(args, workshop.folder)
  try {
    const outcome = await measureTls(server.port, {ca: root.certificateFile})
    expect(codeOf(outcome)).toBe('ok')
    if (outcome.status !== 'ok') return
    const {rtt = 0, phase} = outcome.reading
    expect(rtt).toBeCloseTo((phase.connect ?? 0) + (phase.tls ?? 0))
    expect(phase.total).toBeCloseTo(rtt)
    expect(outcome.took - rtt).toBeGreaterThan(200)
  } finally {
    await server.stop()
  }
})
