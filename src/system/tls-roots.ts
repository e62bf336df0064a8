import {readFile} from 'node:fs/promises'
import {getCACertificates} from 'node:tls'

/** Where distributions keep all their roots in one file: Debian, Alpine and Arch; Fedora; openSUSE; the BSDs. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

const cache = new Map<'system' | 'bundled', Promise<readonly string[]>>()

/** See `TlsDoor.roots`. `SSL_CERT_FILE` replaces the system's own file, as with OpenSSL and curl. */
export async function readRoots(store: 'system' | 'bundled'): Promise<readonly string[]> {
  const known = cache.get(store)
  if (known) return known
  const reading = store === 'system' ? systemRoots() : Promise.resolve(getCACertificates('default'))
  cache.set(store, reading)
  return reading
}

async function systemRoots(): Promise<readonly string[]> {
  const chosen = process.env['SSL_CERT_FILE']
  for (const path of chosen === undefined ? BUNDLES : [chosen]) {
    try {
      return [await readFile(path, 'utf8')]
    } catch {
      // Not this distribution's place.
    }
  }
  try {
    // Keychains and certificate folders; reads and parses each certificate, so it comes last.
    return getCACertificates('system')
  } catch {
    return []
  }
}
