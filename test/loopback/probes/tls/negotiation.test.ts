import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {codeOf, factsOf, measureTls} from '../../../support/tls-measure.ts'
import {nodeTls, opensslServer} from '../../../support/tls-servers.ts'

let workshop: Workshop
let root: Issued
let middle: Issued
let leaf: Issued
let rsa: Issued

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root'})
  middle = await workshop.authority({name: 'middle'}, root)
  leaf = await workshop.leaf({name: 'leaf', san: ['DNS:localhost']}, middle)
  rsa = await workshop.leaf({name: 'rsa', san: ['DNS:localhost'], key: 'rsa2048'}, middle)
})
afterAll(async () => workshop.remove())

interface Case {
  readonly what: string
  readonly args: readonly string[]
  readonly options?: Readonly<Record<string, unknown>>
  readonly facts: object
}

const CASES: readonly Case[] = [
  {
    what: 'TLS 1.3 with a classical group',
    args: ['-tls1_3', '-groups', 'X25519'],
    facts: {version: 'TLSv1.3', group: 'x25519'},
  },
  {
    what: 'TLS 1.3 after the server asked for another key share',
    args: ['-tls1_3', '-groups', 'P-384'],
    facts: {version: 'TLSv1.3', group: 'secp384r1'},
  },
  {
    what: 'TLS 1.3 with ChaCha20',
    args: ['-tls1_3', '-ciphersuites', 'TLS_CHACHA20_POLY1305_SHA256'],
    facts: {cipher: 'TLS_CHACHA20_POLY1305_SHA256', client_certificate_requested: false},
  },
  {
    what: 'TLS 1.3 with AES-128',
    args: ['-tls1_3', '-ciphersuites', 'TLS_AES_128_GCM_SHA256'],
    facts: {cipher: 'TLS_AES_128_GCM_SHA256', client_certificate_requested: false},
  },
  {
    what: 'TLS 1.2 with ECDHE',
    args: ['-tls1_2', '-groups', 'P-256', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256'],
    facts: {version: 'TLSv1.2', group: 'secp256r1', cipher: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'},
  },
  {
    what: 'TLS 1.2 with DHE',
    args: ['-tls1_2', '-cipher', 'DHE-RSA-AES128-GCM-SHA256'],
    facts: {version: 'TLSv1.2', group: 'dhe2048', cipher: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'},
  },
  {
    what: 'TLS 1.2 without an ephemeral key',
    args: ['-tls1_2', '-cipher', 'AES128-GCM-SHA256'],
    facts: {version: 'TLSv1.2', group: null, cipher: 'TLS_RSA_WITH_AES_128_GCM_SHA256'},
  },
  {
    what: 'TLS 1.1, asked for',
    args: ['-tls1_1', '-cipher', 'DEFAULT:@SECLEVEL=0'],
    options: {min: '1.0'},
    facts: {version: 'TLSv1.1'},
  },
  {
    what: 'TLS 1.0, asked for',
    args: ['-tls1', '-cipher', 'DEFAULT:@SECLEVEL=0'],
    options: {min: '1.0'},
    facts: {version: 'TLSv1', client_certificate_requested: false},
  },
  {
    what: 'an application protocol',
    args: ['-alpn', 'h2,http/1.1'],
    options: {alpn: 'spdy/3, http/1.1'},
    facts: {alpn: 'http/1.1'},
  },
]

describe('what was negotiated', () => {
  test.each(CASES)('$what', async ({args, options, facts}) => {
    const files = ['-cert', rsa.certificateFile, '-key', rsa.keyFile, '-cert_chain', middle.certificateFile]
    const server = await opensslServer([...files, ...args], workshop.folder)
    try {
      const outcome = await measureTls(server.port, {ca: root.certificateFile, ...options})
      expect(codeOf(outcome)).toBe('ok')
      expect(factsOf(outcome)).toMatchObject({
        ...facts,
        trusted: true,
        chain: [{subject: 'CN=rsa'}, {subject: 'CN=middle'}],
      })
    } finally {
      await server.stop()
    }
  })

  test('a hybrid post-quantum group is named where this Node can do it', async (ctx) => {
    const server = await nodeTls({key: leaf.key, cert: leaf.certificate + middle.certificate})
    try {
      const {group} = factsOf(await measureTls(server.port, {ca: root.certificateFile}))
      if (Number(process.versions.openssl.split('.')[1]) < 5) ctx.skip('needs OpenSSL 3.5')
      expect(group).toBe('X25519MLKEM768')
    } finally {
      await server.stop()
    }
  })
})

describe('resumption', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    '%s: the second connection takes up the session',
    async (version) => {
      const server = await nodeTls({
        key: rsa.key,
        cert: rsa.certificate + middle.certificate,
        maxVersion: version,
      })
      try {
        const outcome = await measureTls(server.port, {ca: root.certificateFile, resume: true})
        expect(codeOf(outcome)).toBe('ok')
        const facts = factsOf(outcome)
        expect(facts).toMatchObject({version, resumed: true, trusted: true, chain: [{}, {}]})
        expect(facts.resumption).toMatchObject({offered: true, accepted: true})
        const {full_ms: full = 0, resumed_ms: resumed, saved_ms: saved} = facts.resumption ?? {}
        expect(saved).toBeCloseTo(full - (resumed ?? Number.NaN))
      } finally {
        await server.stop()
      }
    },
  )

  test('a server without tickets offers nothing', async () => {
    const files = ['-cert', rsa.certificateFile, '-key', rsa.keyFile, '-cert_chain', middle.certificateFile]
    const server = await opensslServer([...files, '-num_tickets', '0'], workshop.folder)
    try {
      const facts = factsOf(await measureTls(server.port, {ca: root.certificateFile, resume: true}))
      expect(facts).toMatchObject({
        resumed: false,
        resumption: {offered: false, accepted: false, saved_ms: null},
      })
    } finally {
      await server.stop()
    }
  })
})
