import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {codeOf, factsOf, measureTls} from '../../../support/tls-measure.ts'
import {opensslServer} from '../../../support/tls-servers.ts'

let workshop: Workshop
let root: Issued
let middle: Issued
let rsa: Issued

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root'})
  middle = await workshop.authority({name: 'middle'}, root)
  rsa = await workshop.leaf({name: 'rsa', san: ['DNS:localhost'], key: 'rsa2048'}, middle)
})
afterAll(async () => workshop.remove())

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
        const facts = factsOf(outcome)
        expect([codeOf(outcome), facts.ocsp]).toEqual([code, ocsp])
        expect(Date.parse(facts.ocsp_response?.this_update ?? '')).toBeLessThanOrEqual(Date.now())
        expect(facts.ocsp_response?.revoked_at).toBe(ocsp === 'revoked' ? '2020-01-01T00:00:00.000Z' : null)
        expect(facts.must_staple).toBe(false)
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

test('a certificate that demands a stapled response says so', async () => {
  const extensions = ['basicConstraints=CA:FALSE', 'tlsfeature=status_request']
  const leaf = await workshop.leaf({name: 'demanding', san: ['DNS:localhost'], extensions}, root)
  const server = await opensslServer(['-cert', leaf.certificateFile, '-key', leaf.keyFile], workshop.folder)
  const outcome = await measureTls(server.port, {ca: root.certificateFile})
  await server.stop()
  expect(factsOf(outcome)).toMatchObject({ocsp: 'absent', must_staple: true})
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
