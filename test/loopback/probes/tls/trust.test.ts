import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {CERTIFICATE_DEFECTS, LOCALHOST} from '../../../support/certificate-defects.ts'
import {codeOf, factsOf, measureTls, messageOf} from '../../../support/tls-measure.ts'
import {nodeTls} from '../../../support/tls-servers.ts'

let workshop: Workshop
let root: Issued
let middle: Issued

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root', subject: '/O=Test/CN=Test Root', from: -400, to: 4000})
  middle = await workshop.authority(
    {name: 'middle', subject: '/O=Test/CN=Test Issuer', from: -400, to: 2000},
    root,
  )
})
afterAll(async () => workshop.remove())

/** One sample of a server with this certificate and these others behind it. */
async function probe(
  leaf: Issued,
  others: readonly Issued[],
  options: Readonly<Record<string, unknown>> = {},
  shiftDays = 0,
): ReturnType<typeof measureTls> {
  const cert = [leaf, ...others].map(({certificate}) => certificate).join('\n')
  // The server's own library would refuse to serve a weak key otherwise.
  const server = await nodeTls({cert, key: leaf.key, ciphers: 'DEFAULT:@SECLEVEL=0'})
  try {
    return await measureTls(server.port, {ca: root.certificateFile, ...options}, {shiftDays})
  } finally {
    await server.stop()
  }
}

describe('certificates without a fault', () => {
  test('a chain to an extra root is trusted, and every fact is there', async () => {
    const leaf = await workshop.leaf({name: 'good', san: LOCALHOST, to: 30.5}, middle)
    const outcome = await probe(leaf, [middle])
    expect(codeOf(outcome)).toBe('ok')
    expect(await opensslTrusts(leaf, [middle])).toBe(true)
    expect(factsOf(outcome)).toMatchObject({
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      sni: 'localhost',
      days_left: 30,
      names: ['localhost', '127.0.0.1'],
      issuer: 'O=Test, CN=Test Issuer',
      subject: 'CN=good',
      trusted: true,
      problems: [],
      name_matches: true,
      alert: null,
      client_certificate_requested: false,
      ocsp: 'absent',
    })
    expect(factsOf(outcome).chain.map(({subject}) => subject)).toEqual(['CN=good', 'O=Test, CN=Test Issuer'])
  })

  test('an address as target is matched against the IP entries, and no server name is sent', async () => {
    const leaf = await workshop.leaf({name: 'address', san: LOCALHOST}, middle)
    const outcome = await probe(leaf, [middle], {sni: undefined})
    expect([codeOf(outcome), factsOf(outcome).sni, factsOf(outcome).name_matches]).toEqual(['ok', null, true])
  })

  test('the certificates may come in any order, with others between them', async () => {
    const leaf = await workshop.leaf({name: 'order', san: LOCALHOST}, middle)
    const second = await workshop.authority({name: 'second'}, middle)
    const deep = await workshop.leaf({name: 'deep', san: LOCALHOST}, second)
    expect(codeOf(await probe(deep, [leaf, middle, second, root]))).toBe('ok')
    expect(await opensslTrusts(deep, [leaf, middle, second, root])).toBe(true)
  })

  test('a certificate that is itself given as a root is trusted', async () => {
    const own = await workshop.selfSigned({name: 'pinned', san: LOCALHOST})
    expect(codeOf(await probe(own, [], {ca: own.certificateFile}))).toBe('ok')
  })

  test('with a cross-signed issuer, one good path is enough', async () => {
    const old = await workshop.authority({name: 'old-root', from: -400, to: -10})
    const issuer = await workshop.authority({name: 'crossed'}, root)
    const crossed = await workshop.openssl([
      ...['x509', '-req', '-in', 'crossed.csr', '-CA', old.certificateFile, '-CAkey', old.keyFile],
      ...['-days', '50', '-set_serial', '77', '-extfile', 'crossed.ca/ca.cnf', '-extensions', 'extensions'],
    ])
    const leaf = await workshop.leaf({name: 'crossed-leaf', san: LOCALHOST}, issuer)
    const roots = await workshop.bundle('both-roots', [old.certificate, root.certificate])
    const outcome = await probe(leaf, [{...issuer, certificate: crossed}, issuer], {ca: roots})
    expect([codeOf(outcome), factsOf(outcome).problems]).toEqual(['ok', []])
  })
})

/** What OpenSSL's own verification says, at the security level that is the default of its newer versions. */
async function opensslTrusts(leaf: Issued, others: readonly Issued[]): Promise<boolean> {
  const rest = await workshop.bundle(
    `${leaf.name}-others`,
    others.map(({certificate}) => certificate),
  )
  const untrusted = others.length > 0 ? ['-untrusted', rest] : []
  try {
    await workshop.openssl([
      ...['verify', '-auth_level', '2', '-purpose', 'sslserver', '-verify_hostname', 'localhost'],
      ...['-no-CApath', '-no-CAstore', '-CAfile', root.certificateFile, ...untrusted, leaf.certificateFile],
    ])
    return true
  } catch {
    return false
  }
}

describe('certificates with a fault', () => {
  test.each(CERTIFICATE_DEFECTS)(
    '$what: $code, with all facts',
    async ({make, code, problems, message, opensslTrusts: trusted}) => {
      const [leaf, others] = await make({workshop, root, middle})
      const outcome = await probe(leaf, others)
      expect(codeOf(outcome)).toBe(code)
      expect(await opensslTrusts(leaf, others)).toBe(trusted ?? false)
      expect(messageOf(outcome)).toMatch(message)
      const facts = factsOf(outcome)
      expect(facts.problems).toEqual(problems ?? [code])
      expect(facts.trusted).toBe(false)
      expect(facts).toMatchObject({version: 'TLSv1.3', sni: 'localhost'})
      expect(facts.chain).toHaveLength(1 + others.length)
      expect(facts.days_left).toBeTypeOf('number')
      expect(outcome.status === 'failed' && outcome.took).toBeLessThan(1000)
    },
  )

  test('not verifying reports the problems without failing', async () => {
    const leaf = await workshop.selfSigned({name: 'tolerated', san: ['DNS:other.test']})
    const outcome = await probe(leaf, [], {verify: false})
    expect(codeOf(outcome)).toBe('ok')
    expect(factsOf(outcome)).toMatchObject({
      trusted: false,
      name_matches: false,
      problems: ['TLS_CERT_NAME_MISMATCH', 'TLS_CERT_SELF_SIGNED'],
    })
  })

  test('dates are judged by the given clock, and the advice names its time', async () => {
    const leaf = await workshop.leaf({name: 'ages', san: LOCALHOST, from: -10, to: 60.5}, middle)
    const [before, now, later] = [
      await probe(leaf, [middle], {}, -30),
      await probe(leaf, [middle]),
      await probe(leaf, [middle], {}, 61),
    ]
    expect([before, now, later].map(codeOf)).toEqual(['TLS_CERT_NOT_YET_VALID', 'ok', 'TLS_CERT_EXPIRED'])
    expect([before, now, later].map((outcome) => factsOf(outcome).days_left)).toEqual([90, 60, -1])
    const advice = later.status === 'failed' ? later.failure.advice[0] : ''
    const shown = new Date(Date.now() + 61 * 86_400_000).toISOString().slice(0, 10)
    expect(advice).toContain(`this machine's clock shows ${shown}`)
  })
})
