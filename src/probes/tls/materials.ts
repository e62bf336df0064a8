/** What a prober needs before its first sample: files read, client made, trust stores at hand. */
import {UserError} from '../../core/errors.ts'
import type {Ports, TlsClient} from '../../core/ports.ts'
import type {TlsOptions} from './options.ts'
import {pemToDer, trustStore, type TrustStore} from './trust-store.ts'

export interface TlsMaterials {
  readonly client: TlsClient
  readonly identity: boolean
  /** Our own roots, then the system's, then Node's: each opened only when the ones before don't suffice. */
  readonly stores: readonly (() => Promise<TrustStore>)[]
}

/** Throws a `UserError` for files that can't be read or hold something else. */
export async function openMaterials(
  options: TlsOptions,
  ports: Pick<Ports, 'files' | 'tls'>,
): Promise<TlsMaterials> {
  const {min, max, cert, key} = options
  const extra = await Promise.all(options.ca.map(async (path) => readRootFile(path, ports)))
  const certificate = cert === undefined ? null : await readFile(cert, ports)
  const identity =
    certificate === null
      ? {}
      : {identity: {certificate, key: key === undefined ? certificate : await readFile(key, ports)}}
  const own = trustStore(extra)
  return {
    client: await ports.tls.client({min, max, ...identity}),
    identity: certificate !== null,
    stores: [
      ...(own.size > 0 ? [async () => Promise.resolve(own)] : []),
      async () => storeOf(await ports.tls.roots('system')),
      async () => storeOf(await ports.tls.roots('bundled')),
    ],
  }
}

async function readFile(path: string, {files}: Pick<Ports, 'files'>): Promise<string> {
  const text = await files.readText(path).catch(() => null)
  if (text === null) throw new UserError({code: 'CONFIG_FILE', message: `${path} can not be read`})
  return text
}

/** A lab hands over the root it made as PEM text, since it keeps it on no disk. */
async function readRootFile(path: string, ports: Pick<Ports, 'files'>): Promise<string> {
  const text = path.startsWith('-----BEGIN ') ? path : await readFile(path, ports)
  if (pemToDer([text]).length > 0) return text
  throw new UserError({
    code: 'CONFIG_INVALID',
    message: `${path} holds no certificate in PEM form`,
    advice: ['convert it: openssl x509 -inform der -in FILE -out FILE.pem'],
  })
}

const opened = new WeakMap<readonly string[], TrustStore>()

/** All probers share the stores: reading the names of all roots takes some milliseconds. */
function storeOf(pems: readonly string[]): TrustStore {
  const known = opened.get(pems)
  if (known) return known
  const store = trustStore(pems)
  opened.set(pems, store)
  return store
}
