import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {codeOf, factsOf, measureTls, messageOf} from '../../../support/tls-measure.ts'
import {nodeTls} from '../../../support/tls-servers.ts'

let workshop: Workshop
let root: Issued
let middle: Issued

const LOCALHOST = ['DNS:localhost', 'IP:127.0.0.1']

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

interface Defect {
  readonly what: string
  readonly code: string
  readonly problems?: readonly string[]
  readonly make: () => Promise<readonly [Issued, readonly Issued[]]>
  readonly message: RegExp
  /** OpenSSL still takes the common name for a name; RFC 9525 forbids it. */
  readonly opensslTrusts?: true
}

const DEFECTS: readonly Defect[] = [
  {
    what: 'expired',
    code: 'TLS_CERT_EXPIRED',
    make: async () => [
      await workshop.leaf({name: 'expired', san: LOCALHOST, from: -60, to: -3.5}, middle),
      [middle],
    ],
    message: /expired 3 days ago, on \d{4}-/,
  },
  {
    what: 'not yet valid',
    code: 'TLS_CERT_NOT_YET_VALID',
    make: async () => [
      await workshop.leaf({name: 'future', san: LOCALHOST, from: 5.5, to: 60}, middle),
      [middle],
    ],
    message: /becomes valid in 5 days/,
  },
  {
    what: 'for another name',
    code: 'TLS_CERT_NAME_MISMATCH',
    make: async () => [
      await workshop.leaf({name: 'other', san: ['DNS:other.test', 'DNS:*.other.test']}, middle),
      [middle],
    ],
    message: /is for other\.test, \*\.other\.test, not for localhost/,
  },
  {
    what: 'without names, although the common name would fit',
    code: 'TLS_CERT_NAME_MISMATCH',
    make: async () => [await workshop.leaf({name: 'nameless', subject: '/CN=localhost'}, middle), [middle]],
    message: /no subject alternative name/,
    opensslTrusts: true,
  },
  {
    what: 'self-signed',
    code: 'TLS_CERT_SELF_SIGNED',
    make: async () => [await workshop.selfSigned({name: 'self', san: LOCALHOST}), []],
    message: /"self" is signed by itself/,
  },
  {
    what: 'of a private root that is sent along',
    code: 'TLS_CERT_SELF_SIGNED',
    make: async () => {
      const own = await workshop.authority({name: 'private-root'})
      return [await workshop.leaf({name: 'private-a', san: LOCALHOST}, own), [own]]
    },
    message: /ends at the root "private-root"/,
  },
  {
    what: 'of a private root that is not sent',
    code: 'TLS_CERT_UNKNOWN_ISSUER',
    make: async () => {
      const own = await workshop.authority({name: 'hidden-root'})
      return [await workshop.leaf({name: 'private-b', san: LOCALHOST}, own), []]
    },
    message: /issuer "hidden-root" .* is not known/,
  },
  {
    what: 'without its intermediate',
    code: 'TLS_CERT_UNKNOWN_ISSUER',
    make: async () => [await workshop.leaf({name: 'lonely', san: LOCALHOST}, middle), []],
    message: /sent only its own certificate: an intermediate may be missing/,
  },
  {
    what: 'with a weak key',
    code: 'TLS_CERT_WEAK',
    make: async () => [await workshop.leaf({name: 'weak', san: LOCALHOST, key: 'rsa1024'}, middle), [middle]],
    message: /key of RSA 1024/,
  },
  {
    what: 'signed with SHA-1',
    code: 'TLS_CERT_WEAK',
    make: async () => [await workshop.leaf({name: 'sha1', san: LOCALHOST, digest: 'sha1'}, middle), [middle]],
    message: /signed with SHA-1/,
  },
  {
    what: 'for clients only',
    code: 'TLS_CERT_INVALID',
    make: async () => [
      await workshop.leaf(
        {name: 'client-only', san: LOCALHOST, extensions: ['extendedKeyUsage=clientAuth']},
        middle,
      ),
      [middle],
    ],
    message: /not meant for servers/,
  },
  {
    what: 'issued by a certificate that is no authority',
    code: 'TLS_CERT_INVALID',
    make: async () => {
      const fake = await workshop.leaf({name: 'fake-issuer', san: LOCALHOST}, middle)
      return [await workshop.leaf({name: 'faked', san: LOCALHOST}, fake), [fake, middle]]
    },
    message: /"fake-issuer" may not issue certificates/,
  },
  {
    what: 'below more issuers than allowed',
    code: 'TLS_CERT_INVALID',
    make: async () => {
      const short = await workshop.authority(
        {
          name: 'short',
          extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign'],
        },
        root,
      )
      const below = await workshop.authority({name: 'below'}, short)
      return [await workshop.leaf({name: 'too-deep', san: LOCALHOST}, below), [below, short]]
    },
    message: /allows 0 issuers below it, but there are 1/,
  },
  {
    what: 'of an issuer that may not vouch for the name',
    code: 'TLS_CERT_INVALID',
    make: async () => {
      const limited = await workshop.authority(
        {
          name: 'limited',
          extensions: [
            'basicConstraints=critical,CA:TRUE',
            'nameConstraints=critical,permitted;DNS:inside.test',
          ],
        },
        root,
      )
      return [await workshop.leaf({name: 'outside', san: ['DNS:localhost']}, limited), [limited]]
    },
    message: /may not vouch for localhost/,
  },
  {
    what: 'with an expired intermediate',
    code: 'TLS_CERT_EXPIRED',
    make: async () => {
      const gone = await workshop.authority({name: 'gone', from: -300, to: -100}, root)
      return [await workshop.leaf({name: 'orphan', san: LOCALHOST}, gone), [gone]]
    },
    message: /issuer certificate "gone" expired 100 days ago/,
  },
  {
    what: 'expired, for another name, weak and of an unknown issuer at once',
    code: 'TLS_CERT_EXPIRED',
    problems: ['TLS_CERT_EXPIRED', 'TLS_CERT_NAME_MISMATCH', 'TLS_CERT_UNKNOWN_ISSUER', 'TLS_CERT_WEAK'],
    make: async () => {
      const own = await workshop.authority({name: 'strange-root'})
      const leaf = {name: 'worst', san: ['DNS:other.test'], from: -20, to: -10, key: 'rsa1024'} as const
      return [await workshop.leaf(leaf, own), []]
    },
    message: /besides, the certificate is for other\.test/,
  },
]

describe('certificates with a fault', () => {
  test.each(DEFECTS)(
    '$what: $code, with all facts',
    async ({make, code, problems, message, opensslTrusts: trusted}) => {
      const [leaf, others] = await make()
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
