import {spawn} from 'node:child_process'
import {mkdir, writeFile} from 'node:fs/promises'
import {createServer, type AddressInfo} from 'node:net'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {codeOf, factsOf, measureTls} from '../../../support/tls-measure.ts'
import {type Running, nodeTls, opensslServer} from '../../../support/tls-servers.ts'

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

describe('the stapled OCSP response', () => {
  const STATES = [
    ['V', 'good', 'ok'],
    ['R\t200101000000Z', 'revoked', 'TLS_CERT_REVOKED'],
    ['', 'unknown', 'ok'],
  ] as const

  test.each(STATES)('database entry "%s": %s', async (entry, ocsp, code) => {
    const response = await ocspResponse(entry, middle)
    const files = ['-cert', rsa.certificateFile, '-key', rsa.keyFile, '-cert_chain', middle.certificateFile]
    for (const version of ['-tls1_2', '-tls1_3']) {
      const server = await opensslServer([...files, version, '-status_file', response], workshop.folder)
      try {
        const outcome = await measureTls(server.port, {ca: root.certificateFile})
        expect([codeOf(outcome), factsOf(outcome).ocsp]).toEqual([code, ocsp])
      } finally {
        await server.stop()
      }
    }
  })

  test('signed by somebody else, it proves nothing', async () => {
    const response = await ocspResponse(
      'V',
      await workshop.authority({name: 'forger', subject: '/CN=middle'}),
    )
    const files = ['-cert', rsa.certificateFile, '-key', rsa.keyFile, '-cert_chain', middle.certificateFile]
    const server = await opensslServer([...files, '-status_file', response], workshop.folder)
    try {
      const outcome = await measureTls(server.port, {ca: root.certificateFile})
      expect([codeOf(outcome), factsOf(outcome).ocsp]).toEqual(['ok', 'invalid'])
    } finally {
      await server.stop()
    }
  })
})

let responses = 0

/** Answers for the RSA leaf from a database with this state of it. */
async function ocspResponse(entry: string, signer: Issued): Promise<string> {
  responses += 1
  const [index, request, response] = ['index', 'request', 'response'].map(
    (name) => `ocsp-${responses}.${name}`,
  )
  const serial = (await workshop.openssl(['x509', '-in', rsa.certificateFile, '-noout', '-serial']))
    .trim()
    .split('=')[1]
  const [state, revoked = ''] = entry.split('\t')
  const line = entry === '' ? '' : `${state}\t400101000000Z\t${revoked}\t${serial}\tunknown\t/CN=rsa\n`
  await writeFile(join(workshop.folder, index ?? ''), line)
  await workshop.openssl([
    ...[
      'ocsp',
      '-issuer',
      middle.certificateFile,
      '-cert',
      rsa.certificateFile,
      '-no_nonce',
      '-reqout',
      request ?? '',
    ],
  ])
  await workshop.openssl([
    ...['ocsp', '-index', index ?? '', '-CA', middle.certificateFile, '-rsigner', signer.certificateFile],
    ...['-rkey', signer.keyFile, '-reqin', request ?? '', '-respout', response ?? '', '-ndays', '1'],
  ])
  return join(workshop.folder, response ?? '')
}

describe('nginx', () => {
  test.each(['1.2', '1.3'])('TLS %s with a chain and an application protocol', async (version) => {
    const server = await nginx()
    try {
      const outcome = await measureTls(server.port, {
        ...{ca: root.certificateFile, alpn: ['h2', 'http/1.1']},
        ...{min: version, max: version},
      })
      expect(codeOf(outcome)).toBe('ok')
      expect(factsOf(outcome)).toMatchObject({
        version: `TLSv${version}`,
        alpn: 'h2',
        trusted: true,
        client_certificate_requested: false,
        chain: [{subject: 'CN=leaf'}, {subject: 'CN=middle'}],
      })
    } finally {
      await server.stop()
    }
  })
})

async function nginx(): Promise<Running> {
  const folder = join(workshop.folder, 'nginx')
  await mkdir(folder, {recursive: true})
  const chain = await workshop.bundle('nginx-chain', [leaf.certificate, middle.certificate])
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {}
    http { access_log off; ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
    server { listen 127.0.0.1:${port} ssl http2; ssl_certificate ${chain}; ssl_certificate_key ${leaf.keyFile};
    ssl_protocols TLSv1.2 TLSv1.3; return 204; } }`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await new Promise<void>((resolve, reject) => {
    let text = ''
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      // The last notice before it serves; the socket listens by then.
      if (/getrlimit|start worker|OS: /.test(text)) resolve()
    })
    child.on('exit', () => reject(new Error(`nginx ended: ${text}`)))
  })
  return {
    port,
    stop: async () => {
      const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
