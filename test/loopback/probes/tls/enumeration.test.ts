import {execFile} from 'node:child_process'
import {existsSync} from 'node:fs'
import {connect} from 'node:net'
import {performance} from 'node:perf_hooks'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {TlsEnumeration} from '../../../../src/core/facts.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {nginxTls} from '../../../support/nginx-tls.ts'
import {starttlsServer} from '../../../support/starttls-servers.ts'
import {codeOf, factsOf, measureTls} from '../../../support/tls-measure.ts'
import {nodeTls, opensslServer, rawServer, type Running} from '../../../support/tls-servers.ts'

let workshop: Workshop
let rsa: Issued
let ec: Issued

beforeAll(async () => {
  workshop = await openWorkshop()
  rsa = await workshop.selfSigned({name: 'rsa', san: ['DNS:localhost'], key: 'rsa2048'})
  ec = await workshop.selfSigned({name: 'ec', san: ['DNS:localhost']})
})
afterAll(async () => workshop.remove())

async function enumerate(port: number, timeout = 3000, options = {}): Promise<[TlsEnumeration, Outcome]> {
  const outcome = await measureTls(port, {verify: false, enumerate: true, ...options}, {timeout})
  const {enumeration} = factsOf(outcome)
  if (!enumeration) throw new Error(`no enumeration: ${codeOf(outcome)}`)
  return [enumeration, outcome]
}

async function sServer(args: readonly string[], leaf = rsa): Promise<Running> {
  const files = ['-cert', leaf.certificateFile, '-key', leaf.keyFile]
  return opensslServer(
    [...files, '-quiet', ...args].filter((arg) => arg !== '-quiet'),
    workshop.folder,
  )
}

const VERSIONS = {'1.3': '-tls1_3', '1.2': '-tls1_2', '1.1': '-tls1_1', '1.0': '-tls1'} as const

describe('a server with restrictions offers exactly what they leave', () => {
  test.each([
    {
      name: 'TLS 1.2 with three suites and two groups',
      args: ['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA:ECDHE-RSA-CHACHA20-POLY1305'],
      groups: ['P-384', 'X25519'],
      versions: ['TLSv1.2'],
      ciphers: [
        'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
        'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
        'TLS_RSA_WITH_AES_256_CBC_SHA',
      ],
      found: ['secp384r1', 'x25519'],
      weakest: 'weak',
    },
    {
      name: 'TLS 1.3 with two suites and one group',
      args: ['-tls1_3', '-ciphersuites', 'TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_8_SHA256'],
      groups: ['ffdhe3072'],
      versions: ['TLSv1.3'],
      ciphers: ['TLS_AES_128_CCM_8_SHA256', 'TLS_AES_128_GCM_SHA256'],
      found: ['ffdhe3072'],
      weakest: 'acceptable',
    },
    {
      name: 'TLS 1.0 alone, which the probe itself would not accept',
      args: ['-tls1', '-cipher', 'AES128-SHA:NULL-SHA:@SECLEVEL=0'],
      groups: ['P-256'],
      versions: ['TLSv1'],
      ciphers: ['TLS_RSA_WITH_AES_128_CBC_SHA', 'TLS_RSA_WITH_NULL_SHA'],
      found: [],
      weakest: 'broken',
    },
    {
      name: 'the best of both versions',
      args: ['-cipher', 'ECDHE+AESGCM', '-ciphersuites', 'TLS_AES_256_GCM_SHA384', '-no_tls1', '-no_tls1_1'],
      groups: ['X25519', 'X448'],
      versions: ['TLSv1.3', 'TLSv1.2'],
      ciphers: [
        'TLS_AES_256_GCM_SHA384',
        'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
        'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
      ],
      found: ['x25519', 'x448'],
      weakest: 'strong',
    },
  ])('$name', async ({args, groups, versions, ciphers, found, weakest}) => {
    const server = await sServer([...args, '-groups', groups.join(':')])
    const [enumeration] = await enumerate(server.port)
    await server.stop()
    expect(enumeration).toMatchObject({versions, weakest, complete: true, stopped: null, unknown: []})
    expect(enumeration.ciphers.toSorted()).toEqual(ciphers)
    expect(enumeration.groups.toSorted()).toEqual(found)
  })

  test.each(Object.entries(VERSIONS))('TLS %s alone', async (version, flag) => {
    const server = await sServer([flag, '-cipher', 'ALL:@SECLEVEL=0'])
    const [enumeration] = await enumerate(server.port)
    await server.stop()
    expect(enumeration.versions).toEqual([`TLSv${version.replace('.0', '')}`])
    expect(enumeration.complete).toBe(true)
  })

  test('an EC certificate has suites and groups of its own', async () => {
    const server = await sServer(['-tls1_2', '-cipher', 'ECDHE+CHACHA20:ECDHE+AESCCM'], ec)
    const [{ciphers, groups}] = await enumerate(server.port)
    await server.stop()
    expect(ciphers.every((name) => name.startsWith('TLS_ECDHE_ECDSA_'))).toBe(true)
    expect(ciphers).toContain('TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8')
    expect(groups).toContain('x25519')
    expect(groups).toContain('secp256r1')
  })

  test('hybrid groups with ML-KEM', async () => {
    const server = await nodeTls({
      ...{key: rsa.key, cert: rsa.certificate, minVersion: 'TLSv1.3'},
      ecdhCurve: 'SecP256r1MLKEM768:X25519MLKEM768:x25519',
    })
    const [{groups, offers}] = await enumerate(server.port)
    await server.stop()
    expect(groups.toSorted()).toEqual(['SecP256r1MLKEM768', 'X25519MLKEM768', 'x25519'])
    expect(offers[0]?.groups.map(({name, post_quantum: pq}) => [name, pq])).toContainEqual([
      'X25519MLKEM768',
      true,
    ])
  })
})

describe('whose order decides', () => {
  const suites = ['AES128-SHA', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES128-GCM-SHA256']

  test('the server goes by its own', async () => {
    const server = await sServer(['-tls1_2', '-serverpref', '-cipher', suites.join(':')])
    const [{offers}] = await enumerate(server.port)
    await server.stop()
    expect(offers[0]?.order).toBe('server')
    expect(offers[0]?.ciphers.map(({id}) => id)).toEqual(['0x002f', '0xc030', '0xc02f'])
  })

  test('the server goes by the client', async () => {
    const server = await sServer(['-tls1_2', '-cipher', suites.join(':')])
    const [{offers}] = await enumerate(server.port)
    await server.stop()
    expect(offers[0]?.order).toBe('client')
    // We put what has no forward secrecy last.
    expect(offers[0]?.ciphers.at(-1)?.id).toBe('0x002f')
  })

  test('with a single suite nobody decides', async () => {
    const server = await sServer(['-tls1_2', '-cipher', 'AES128-SHA'])
    const [{offers}] = await enumerate(server.port)
    await server.stop()
    expect(offers[0]?.order).toBeNull()
  })
})

/** Passes connections on to `port`; `judge` may refuse one by its number, or spoil the first answer. */
async function gate(
  port: number,
  judge: {readonly admits?: (count: number) => boolean; readonly hushes?: (answer: Buffer) => boolean},
  how: 'close' | 'silence' = 'close',
): Promise<Running & {readonly most: () => number}> {
  let count = 0
  let open = 0
  let most = 0
  const server = await rawServer((socket) => {
    count++
    open++
    most = Math.max(most, open)
    socket.on('close', () => open--)
    if (!(judge.admits?.(count) ?? true)) {
      if (how === 'close') socket.destroy()
      else socket.resume()
      return
    }
    const inner = connect(port, '127.0.0.1')
    inner.on('error', () => undefined)
    socket.on('data', (chunk) => inner.write(chunk))
    socket.on('end', () => inner.end())
    socket.on('close', () => inner.destroy())
    inner.on('end', () => socket.end())
    inner.on('data', (chunk: Buffer) => {
      if (!(judge.hushes?.(chunk) ?? false)) socket.write(chunk)
      else if (how === 'close') socket.destroy()
    })
  })
  return {...server, most: () => most}
}

describe('servers that do not answer as they should', () => {
  test.each(['close', 'silence'] as const)('%s in place of an alert is a refusal', async (how) => {
    const inner = await sServer(['-tls1_2', '-cipher', 'AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256'])
    const server = await gate(inner.port, {hushes: (answer) => answer[0] === 21}, how)
    const [enumeration] = await enumerate(server.port, 300)
    await Promise.all([server.stop(), inner.stop()])
    expect(enumeration).toMatchObject({versions: ['TLSv1.2'], complete: true, unknown: []})
    expect(enumeration.ciphers).toHaveLength(2)
  })

  test.each(['close', 'silence'] as const)('%s from the 12th connection on ends it early', async (how) => {
    const inner = await sServer(['-cipher', 'ALL:@SECLEVEL=0'])
    const server = await gate(inner.port, {admits: (count) => count < 12}, how)
    const [enumeration, outcome] = await enumerate(server.port, 300)
    await Promise.all([server.stop(), inner.stop()])
    expect(codeOf(outcome)).toBe('ok')
    expect(enumeration.complete).toBe(false)
    expect(enumeration.stopped).toMatch(/^the server stopped answering .* after \d+ connections$/)
    expect(enumeration.versions.length).toBeGreaterThan(0)
    expect(enumeration.connections).toBeLessThan(40)
  })

  test('a server that is gone midway', async () => {
    const inner = await sServer(['-cipher', 'ALL:@SECLEVEL=0'])
    let asked = 0
    const server = await gate(inner.port, {
      admits: () => {
        asked++
        if (asked === 9) void server.stop()
        return true
      },
    })
    const [enumeration] = await enumerate(server.port, 1000)
    await inner.stop()
    expect(enumeration.complete).toBe(false)
    expect(enumeration.stopped).toContain('TCP_REFUSED: ')
  })

  test('no more than six connections at a time', async () => {
    const inner = await nodeTls({key: rsa.key, cert: rsa.certificate})
    const server = await gate(inner.port, {})
    const [{complete, connections}] = await enumerate(server.port)
    await Promise.all([server.stop(), inner.stop()])
    expect(complete).toBe(true)
    expect(connections).toBeGreaterThan(15)
    expect(server.most()).toBeLessThanOrEqual(7)
  })

  test('SSL 3.0', async () => {
    const suite = [0, 0x0a]
    const body = [3, 0, ...Buffer.alloc(32, 7), 0, ...suite, 0]
    const hello = [2, 0, 0, body.length, ...body, 14, 0, 0, 0]
    const server = await rawServer((socket) => {
      socket.once('data', (chunk: Buffer) => {
        const offers = chunk[1] === 3 && chunk[2] === 0 && chunk.includes(Buffer.from(suite))
        socket.end(
          offers
            ? Uint8Array.from([22, 3, 0, 0, hello.length, ...hello])
            : Uint8Array.of(21, 3, 0, 0, 2, 2, 40),
        )
      })
    })
    const [enumeration] = await enumerate(server.port)
    await server.stop()
    expect(enumeration).toMatchObject({
      versions: ['SSLv3'],
      weakest: 'broken',
      ciphers: ['TLS_RSA_WITH_3DES_EDE_CBC_SHA'],
    })
  })

  test('a server that chooses what was not offered accepts nothing', async () => {
    const body = [3, 3, ...Buffer.alloc(32, 7), 0, 0xab, 0xcd, 0]
    const server = await rawServer((socket) => {
      socket.once('data', () =>
        socket.write(Uint8Array.from([22, 3, 3, 0, body.length + 4, 2, 0, 0, body.length, ...body])),
      )
    })
    const [enumeration] = await enumerate(server.port, 1000)
    await server.stop()
    expect(enumeration).toMatchObject({versions: [], weakest: null, complete: false})
    expect(enumeration.unknown).toContain('TLSv1.2')
  })

  test('plain text is not asked fifty times', async () => {
    const server = await rawServer((socket) => socket.once('data', () => socket.end('HTTP/1.0 400 Bad\r\n')))
    const outcome = await measureTls(server.port, {enumerate: true})
    await server.stop()
    expect(codeOf(outcome)).toBe('TLS_PLAINTEXT')
    expect(factsOf(outcome).enumeration).toBeUndefined()
  })

  test('the user may end it', async () => {
    const inner = await sServer(['-cipher', 'ALL:@SECLEVEL=0'])
    const stop = new AbortController()
    let count = 0
    const server = await gate(inner.port, {
      admits: () => {
        count++
        if (count === 6) stop.abort(new Error('enough'))
        return true
      },
    })
    const outcome = await measureTls(server.port, {verify: false, enumerate: true}, {signal: stop.signal})
    await Promise.all([server.stop(), inner.stop()])
    expect(factsOf(outcome).enumeration?.complete).toBe(false)
    expect(factsOf(outcome).enumeration?.stopped).toContain('it was cancelled')
    expect(count).toBeLessThan(20)
  })
})

test('behind STARTTLS', async () => {
  const server = await starttlsServer({protocol: 'smtp', key: rsa.key, cert: rsa.certificate})
  const [enumeration] = await enumerate(server.port, 3000, {starttls: 'smtp'})
  await server.stop()
  expect(enumeration).toMatchObject({versions: ['TLSv1.3', 'TLSv1.2'], complete: true})
  expect(enumeration.groups).toContain('X25519MLKEM768')
})

interface Scan {
  readonly versions: readonly string[]
  readonly ciphers: readonly string[]
  readonly groups: readonly string[]
  readonly took: number
}

/** The same by sslscan, whose lists come from OpenSSL. */
async function sslscan(port: number): Promise<Scan> {
  const started = performance.now()
  const args = ['--xml=-', '--no-heartbleed', '--no-compression', '--no-renegotiation', '--no-fallback']
  const {stdout} = await promisify(execFile)('sslscan', [...args, '--show-cipher-ids', `127.0.0.1:${port}`])
  const took = performance.now() - started
  const all = (pattern: RegExp): readonly string[] =>
    [...stdout.matchAll(pattern)].map((match) => match[1] ?? '')
  return {
    versions: all(/<protocol type="tls" version="([\d.]+)" enabled="1"/g),
    ciphers: [...stdout.matchAll(/<cipher [^>]*sslversion="TLSv([\d.]+)"[^>]*? id="0x([0-9A-F]+)"/g)].map(
      ([, version, id]) => `${version ?? ''} ${(id ?? '').toLowerCase()}`,
    ),
    groups: all(/<group [^>]*name="([^\s"]+)/g),
    took,
  }
}

describe.skipIf(!existsSync('/usr/bin/sslscan'))('sslscan finds the same', () => {
  const ownServers: readonly (readonly [string, () => Promise<Running>])[] = [
    ['openssl s_server', async () => sServer(['-cipher', 'ALL:@SECLEVEL=0'])],
    ['openssl s_server, restricted', async () => sServer(['-tls1_2', '-cipher', 'ECDHE+AES', '-serverpref'])],
    ['nginx', async () => nginxTls(workshop.folder, {chain: rsa.certificateFile, key: rsa.keyFile})],
    [
      'nginx, restricted',
      async () => {
        const lines = ['ssl_ciphers ECDHE+AESGCM:DHE+AES;', 'ssl_ecdh_curve secp384r1:X25519;']
        return nginxTls(workshop.folder, {chain: ec.certificateFile, key: ec.keyFile, lines})
      },
    ],
  ]

  test.each(ownServers)('%s', async (name, start) => {
    const server = await start()
    const scan = await sslscan(server.port)
    const [ours] = await enumerate(server.port)
    await server.stop()
    const versions = ours.versions.map((version) => (version === 'TLSv1' ? '1.0' : version.slice(4)))
    expect(versions.toSorted()).toEqual(scan.versions.toSorted())
    const ciphers = ours.offers.flatMap((offer) =>
      offer.ciphers.map(({id}) => `${offer.name === 'TLSv1' ? '1.0' : offer.name.slice(4)} ${id.slice(2)}`),
    )
    expect(ciphers.toSorted()).toEqual(scan.ciphers.toSorted())
    expect(ours.groups.toSorted()).toEqual([...new Set(scan.groups)].toSorted())
    const ratio = ours.took_ms / scan.took
    // oxlint-disable-next-line no-console -- the figures are for whoever runs it; no bound would hold everywhere
    console.log(
      `${name}: ${ours.connections} connections in ${ours.took_ms.toFixed(0)} ms, sslscan ${scan.took.toFixed(0)} ms (ratio ${ratio.toFixed(2)})`,
    )
  })
})
