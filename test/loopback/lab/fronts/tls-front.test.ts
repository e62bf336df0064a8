import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {writeFileSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import tls from 'node:tls'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {type FrontRig, openFrontRig, serveForTest} from '../../../support/front-rig.ts'
import {codeOf, factsOf, measureTls} from '../../../support/tls-measure.ts'

let rig: FrontRig
let folder: string

beforeAll(async () => {
  rig = await openFrontRig(await serveForTest('tls-echo', {alpn: ['h2', 'echo']}))
  folder = mkdtempSync(join(tmpdir(), 'netdrill-front-'))
  writeFileSync(join(folder, 'ca.pem'), rig.ca)
})
afterAll(async () => {
  await rig.close()
  rmSync(folder, {recursive: true})
})

const kind = 'tls-front'

async function probe(options: Readonly<Record<string, unknown>> = {}) {
  return measureTls(rig.port, {ca: [rig.ca], ...options}, {timeout: 1500})
}

/** What `openssl s_client` says about the same endpoint. */
async function openssl(...args: readonly string[]): Promise<string> {
  const words = ['s_client', '-connect', `127.0.0.1:${rig.port}`, '-CAfile', join(folder, 'ca.pem')]
  const child = spawn('openssl', [...words, '-servername', 'localhost', ...args])
  child.stdin.on('error', () => {})
  child.stdin.end('Q\n')
  const text: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => text.push(chunk))
  const timer = setTimeout(() => child.kill(), 3000)
  await once(child, 'close')
  clearTimeout(timer)
  return Buffer.concat(text).toString()
}

describe('a TLS front', () => {
  it('passes everything untouched without a fault, and again after one', async () => {
    const before = await probe()
    expect(codeOf(before)).toBe('ok')
    await rig.put({kind, certificate: 'expired'})
    expect(codeOf(await probe())).toBe('TLS_CERT_EXPIRED')
    await rig.end()
    const after = await probe()
    expect(codeOf(after)).toBe('ok')
    expect(factsOf(after).chain).toEqual(factsOf(before).chain)
  })

  it.each<[string, Record<string, unknown>, string | null]>([
    ['an expired certificate', {certificate: 'expired'}, 'certificate has expired'],
    ['one that is not yet valid', {certificate: 'not-yet-valid'}, 'certificate is not yet valid'],
    ['a self-signed one', {certificate: 'self-signed'}, 'self-signed certificate'],
    ['one for another name', {certificate: 'wrong-name'}, 'hostname mismatch'],
    ['one of an unknown issuer', {certificate: 'unknown-issuer'}, 'unable to get local issuer'],
    ['one without its intermediate', {certificate: 'missing-intermediate'}, 'unable to get local issuer'],
    ['one for clients', {certificate: 'wrong-usage'}, 'unsuitable certificate purpose'],
    ['one with a weak key', {certificate: 'weak-key'}, 'Server public key is 1024 bit'],
    ['one signed with SHA-1', {certificate: 'weak-signature'}, 'ecdsa-with-SHA1|Signature Algorithm|sigalg'],
    ['a revoked one', {certificate: 'revoked'}, 'Cert Status: revoked'],
    [
      'at most TLS 1.1',
      {max_version: 'TLSv1.1'},
      'alert protocol version|alert number 70|unsupported protocol',
    ],
    ['an alert by number', {alert: 80}, 'alert number 80|internal error'],
    ['an alert by name', {alert: 'unrecognized_name'}, 'alert number 112|unrecognized name'],
    ['an alert without a code of its own', {alert: 49}, 'alert number 49|access denied'],
    ['a closed connection', {end: 'fin'}, 'unexpected eof'],
    ['a reset', {end: 'reset'}, 'errno=104|reset'],
    ['garbage', {end: 'garbage'}, 'wrong version number|packet length|record layer'],
    ['a malformed record', {end: 'malformed'}, 'length mismatch|bad|unexpected|error'],
    ['plain text', {end: 'plaintext'}, 'wrong version number|http request|packet length'],
    ['silence', {end: 'silence'}, null],
    ["silence after the server's hello", {end: 'silence', at: 'server-hello'}, null],
    ["a closed connection after the server's hello", {end: 'fin', at: 'server-hello'}, 'unexpected eof'],
    ["a reset after the server's hello", {end: 'reset', at: 'server-hello'}, 'errno=104|reset'],
  ])('shows %s, to openssl and to the probe as it is called there', async (_what, asked, said) => {
    const {fails} = await rig.put({kind, ...asked})
    const outcome = await probe()
    expect(fails?.codes).toContain(codeOf(outcome))
    expect(rig.counts()).toEqual({matched: 1, affected: 1})
    // It would wait for ever for what is silent.
    if (said === null) return
    const words = ['-status', '-verify_hostname', 'localhost', '-min_protocol', 'TLSv1.2']
    expect(await openssl(...words)).toMatch(new RegExp(said))
  })

  it('relays to the server what clients say, with an older version and the protocol the server chose', async () => {
    await rig.put({kind, max_version: 'TLSv1.2'})
    const socket = tls.connect({
      ...{host: '127.0.0.1', port: rig.port, ca: rig.ca, servername: 'localhost'},
      ALPNProtocols: ['echo'],
    })
    await once(socket, 'secureConnect')
    expect([socket.getProtocol(), socket.alpnProtocol]).toEqual(['TLSv1.2', 'echo'])
    socket.write('hello')
    expect(String((await once(socket, 'data'))[0])).toBe('hello')
    socket.end()
    await once(socket, 'close')
  })

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    [
      'no shared cipher',
      {ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', max_version: 'TLSv1.2'},
      {},
      'TLS_NO_SHARED_CIPHER',
    ],
    ['no shared protocol', {alpn: ['h3']}, {alpn: ['h2', 'http/1.1']}, 'TLS_ALPN'],
    ['only new versions', {min_version: 'TLSv1.3'}, {max: 'TLSv1.2'}, 'TLS_VERSION'],
  ])('agrees to less: %s', async (_what, words, options, code) => {
    await rig.put({kind, ...words})
    expect(codeOf(await probe(options))).toBe(code)
  })

  it('knows no ALPN when told so', async () => {
    await rig.put({kind, alpn: 'none'})
    expect(factsOf(await probe({alpn: ['h2']})).alpn ?? null).toBeNull()
  })

  it('hits names, the first few, or a share', async () => {
    await rig.put({kind, certificate: 'expired', names: 'other.test'})
    expect(codeOf(await probe())).toBe('ok')
    await rig.put({kind, certificate: 'expired', after: 1, first: 2})
    const codes = [await probe(), await probe(), await probe(), await probe()].map(codeOf)
    expect(codes).toEqual(['ok', 'TLS_CERT_EXPIRED', 'TLS_CERT_EXPIRED', 'ok'])
    expect(rig.counts()).toEqual({matched: 4, affected: 2})
  })

  it('swallows all after the handshake', async () => {
    await rig.put({kind, end: 'silence', at: 'finished'})
    const socket = tls.connect({host: '127.0.0.1', port: rig.port, ca: rig.ca, servername: 'localhost'})
    await once(socket, 'secureConnect')
    const got: string[] = []
    socket.on('data', (chunk: Buffer) => got.push(chunk.toString()))
    const gone = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    socket.write('hello')
    await rig.end()
    await gone
    expect(got).toEqual([])
  })
})
