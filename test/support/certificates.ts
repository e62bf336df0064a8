/** Certificates of every kind, made by the openssl program in a folder of their own. */
import {execFile} from 'node:child_process'
import {mkdtemp, rm, writeFile, readFile, mkdir} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'

const run = promisify(execFile)

export interface CertificateRequest {
  readonly name: string
  /** Entries of subjectAltName such as `DNS:localhost`; none leaves the extension out. */
  readonly san?: readonly string[]
  /** Days from now; negative is in the past. */
  readonly from?: number
  readonly to?: number
  readonly key?: 'ec' | 'rsa2048' | 'rsa1024' | 'ed25519'
  readonly digest?: string
  /** More lines for the extensions section; replaces those of the kind. */
  readonly extensions?: readonly string[]
  readonly subject?: string
}

/** PEM texts, and the paths of the files they are in. */
export interface Issued {
  readonly name: string
  readonly certificate: string
  readonly key: string
  readonly certificateFile: string
  readonly keyFile: string
}

export interface Workshop {
  readonly folder: string
  /** Makes a self-signed authority, or one below `issuer`. */
  authority(request: CertificateRequest, issuer?: Issued): Promise<Issued>
  leaf(request: CertificateRequest, issuer: Issued): Promise<Issued>
  selfSigned(request: CertificateRequest): Promise<Issued>
  /** Concatenates PEM texts into a file and gives its path. */
  bundle(name: string, parts: readonly string[]): Promise<string>
  openssl(args: readonly string[]): Promise<string>
  remove(): Promise<void>
}

const CA_EXTENSIONS = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']
const LEAF_EXTENSIONS = ['basicConstraints=CA:FALSE', 'extendedKeyUsage=serverAuth,clientAuth']
const DAY = 86_400_000

export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'netdrill-certificates-'))
  const openssl = async (args: readonly string[]): Promise<string> => {
    const {stdout} = await run('openssl', [...args], {cwd: folder, timeout: 60_000})
    return stdout
  }
  const issue = async (
    request: CertificateRequest,
    issuer: Issued | null,
    extensions: readonly string[],
  ): Promise<Issued> => {
    const files = await makeRequest(folder, request, openssl)
    await sign({folder, openssl, extensions}, request, issuer)
    return {
      name: request.name,
      ...files,
      certificate: await readFile(files.certificateFile, 'utf8'),
      key: await readFile(files.keyFile, 'utf8'),
    }
  }
  return {
    folder,
    openssl,
    authority: async (request, issuer) => issue(request, issuer ?? null, request.extensions ?? CA_EXTENSIONS),
    leaf: async (request, issuer) => issue(request, issuer, request.extensions ?? LEAF_EXTENSIONS),
    selfSigned: async (request) => issue(request, null, request.extensions ?? LEAF_EXTENSIONS),
    bundle: async (name, parts) => {
      const path = join(folder, `${name}.pem`)
      await writeFile(path, parts.join('\n'))
      return path
    },
    remove: async () => rm(folder, {recursive: true, force: true}),
  }
}

const KEYS: Readonly<Record<NonNullable<CertificateRequest['key']>, readonly string[]>> = {
  ec: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa2048: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  rsa1024: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
  ed25519: ['-algorithm', 'ED25519'],
}

type Openssl = (args: readonly string[]) => Promise<string>

async function makeRequest(
  folder: string,
  {name, key = 'ec', subject}: CertificateRequest,
  openssl: Openssl,
): Promise<Pick<Issued, 'certificateFile' | 'keyFile'>> {
  const keyFile = join(folder, `${name}.key`)
  await openssl(['genpkey', ...KEYS[key], '-out', keyFile])
  await openssl(['req', '-new', '-key', keyFile, '-subj', subject ?? `/CN=${name}`, '-out', `${name}.csr`])
  return {keyFile, certificateFile: join(folder, `${name}.crt`)}
}

/** `openssl ca` is the only command of OpenSSL 3.0 that takes both dates. */
async function sign(
  {folder, openssl, extensions}: {folder: string; openssl: Openssl; extensions: readonly string[]},
  {name, from = -1, to = 90, digest = 'sha256', san = [], key}: CertificateRequest,
  issuer: Issued | null,
): Promise<void> {
  const place = join(folder, `${name}.ca`)
  await mkdir(place)
  await writeFile(join(place, 'index.txt'), '')
  // Lets the same subject be signed more than once.
  await writeFile(join(place, 'index.txt.attr'), 'unique_subject = no\n')
  const names = san.length > 0 ? [`subjectAltName=${san.join(',')}`] : []
  await writeFile(
    join(place, 'ca.cnf'),
    [
      '[ca]',
      'default_ca = here',
      '[here]',
      `database = ${join(place, 'index.txt')}`,
      `new_certs_dir = ${place}`,
      'rand_serial = yes',
      'policy = any',
      'email_in_dn = no',
      '[any]',
      'countryName = optional',
      'organizationName = optional',
      'commonName = optional',
      '[extensions]',
      ...names,
      ...extensions,
    ].join('\n'),
  )
  const signer = issuer
    ? ['-cert', issuer.certificateFile, '-keyfile', issuer.keyFile]
    : ['-selfsign', '-keyfile', join(folder, `${name}.key`)]
  // A scheme with its own hash takes no digest.
  const hash = key === 'ed25519' && !issuer ? 'default' : digest
  await openssl([
    ...['ca', '-batch', '-notext', '-config', join(place, 'ca.cnf'), '-extensions', 'extensions'],
    ...['-md', hash, '-in', `${name}.csr`, '-out', `${name}.crt`, ...signer],
    ...['-startdate', asn1Date(from), '-enddate', asn1Date(to)],
  ])
}

function asn1Date(days: number): string {
  return `${new Date(Date.now() + days * DAY).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
}
