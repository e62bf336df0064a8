/** Certificates with one fault each (and one with many), and what the TLS probe has to say about them. */
import type {Issued, Workshop} from './certificates.ts'

export const LOCALHOST = ['DNS:localhost', 'IP:127.0.0.1']

export interface World {
  readonly workshop: Workshop
  /** The only trusted root. */
  readonly root: Issued
  /** An issuer below it. */
  readonly middle: Issued
}

export interface Defect {
  readonly what: string
  readonly code: string
  readonly problems?: readonly string[]
  readonly make: (world: World) => Promise<readonly [Issued, readonly Issued[]]>
  readonly message: RegExp
  /** OpenSSL still takes the common name for a name; RFC 9525 forbids it. */
  readonly opensslTrusts?: true
}

export const CERTIFICATE_DEFECTS: readonly Defect[] = [
  {
    what: 'expired',
    code: 'TLS_CERT_EXPIRED',
    make: async ({workshop, middle}) => [
      await workshop.leaf({name: 'expired', san: LOCALHOST, from: -60, to: -3.5}, middle),
      [middle],
    ],
    message: /expired 3 days ago, on \d{4}-/,
  },
  {
    what: 'not yet valid',
    code: 'TLS_CERT_NOT_YET_VALID',
    make: async ({workshop, middle}) => [
      await workshop.leaf({name: 'future', san: LOCALHOST, from: 5.5, to: 60}, middle),
      [middle],
    ],
    message: /becomes valid in 5 days/,
  },
  {
    what: 'for another name',
    code: 'TLS_CERT_NAME_MISMATCH',
    make: async ({workshop, middle}) => [
      await workshop.leaf({name: 'other', san: ['DNS:other.test', 'DNS:*.other.test']}, middle),
      [middle],
    ],
    message: /is for other\.test, \*\.other\.test, not for localhost/,
  },
  {
    what: 'without names, although the common name would fit',
    code: 'TLS_CERT_NAME_MISMATCH',
    make: async ({workshop, middle}) => [
      await workshop.leaf({name: 'nameless', subject: '/CN=localhost'}, middle),
      [middle],
    ],
    message: /no subject alternative name/,
    opensslTrusts: true,
  },
  {
    what: 'self-signed',
    code: 'TLS_CERT_SELF_SIGNED',
    make: async ({workshop}) => [await workshop.selfSigned({name: 'self', san: LOCALHOST}), []],
    message: /"self" is signed by itself/,
  },
  {
    what: 'of a private root that is sent along',
    code: 'TLS_CERT_SELF_SIGNED',
    make: async ({workshop}) => {
      const own = await workshop.authority({name: 'private-root'})
      return [await workshop.leaf({name: 'private-a', san: LOCALHOST}, own), [own]]
    },
    message: /ends at the root "private-root"/,
  },
  {
    what: 'of a private root that is not sent',
    code: 'TLS_CERT_UNKNOWN_ISSUER',
    make: async ({workshop}) => {
      const own = await workshop.authority({name: 'hidden-root'})
      return [await workshop.leaf({name: 'private-b', san: LOCALHOST}, own), []]
    },
    message: /issuer "hidden-root" .* is not known/,
  },
  {
    what: 'without its intermediate',
    code: 'TLS_CERT_UNKNOWN_ISSUER',
    make: async ({workshop, middle}) => [await workshop.leaf({name: 'lonely', san: LOCALHOST}, middle), []],
    message: /sent only its own certificate: an intermediate may be missing/,
  },
  {
    what: 'with a weak key',
    code: 'TLS_CERT_WEAK',
    make: async ({workshop, middle}) => [
      await workshop.leaf({name: 'weak', san: LOCALHOST, key: 'rsa1024'}, middle),
      [middle],
    ],
    message: /key of RSA 1024/,
  },
  {
    what: 'signed with SHA-1',
    code: 'TLS_CERT_WEAK',
    make: async ({workshop, middle}) => [
      await workshop.leaf({name: 'sha1', san: LOCALHOST, digest: 'sha1'}, middle),
      [middle],
    ],
    message: /signed with SHA-1/,
  },
  {
    what: 'for clients only',
    code: 'TLS_CERT_INVALID',
    make: async ({workshop, middle}) => [
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
    make: async ({workshop, middle}) => {
      const fake = await workshop.leaf({name: 'fake-issuer', san: LOCALHOST}, middle)
      return [await workshop.leaf({name: 'faked', san: LOCALHOST}, fake), [fake, middle]]
    },
    message: /"fake-issuer" may not issue certificates/,
  },
  {
    what: 'below more issuers than allowed',
    code: 'TLS_CERT_INVALID',
    make: async ({workshop, root}) => {
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
    make: async ({workshop, root}) => {
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
    make: async ({workshop, root}) => {
      const gone = await workshop.authority({name: 'gone', from: -300, to: -100}, root)
      return [await workshop.leaf({name: 'orphan', san: LOCALHOST}, gone), [gone]]
    },
    message: /issuer certificate "gone" expired 100 days ago/,
  },
  {
    what: 'expired, for another name, weak and of an unknown issuer at once',
    code: 'TLS_CERT_EXPIRED',
    problems: ['TLS_CERT_EXPIRED', 'TLS_CERT_NAME_MISMATCH', 'TLS_CERT_UNKNOWN_ISSUER', 'TLS_CERT_WEAK'],
    make: async ({workshop}) => {
      const own = await workshop.authority({name: 'strange-root'})
      const leaf = {name: 'worst', san: ['DNS:other.test'], from: -20, to: -10, key: 'rsa1024'} as const
      return [await workshop.leaf(leaf, own), []]
    },
    message: /besides, the certificate is for other\.test/,
  },
]
