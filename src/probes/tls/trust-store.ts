/** Trusted roots, found by their name. Only the names are read at first: most roots are never looked at. */
import {parseCertificateDer, type Certificate} from './certificate.ts'
import {derChildren, readDer} from './der.ts'
import {canonicalName} from './distinguished-name.ts'

export interface TrustStore {
  readonly size: number
  /** The roots whose subject is this name, in its canonical form. */
  bySubject(canonical: string): readonly Certificate[]
}

/** The certificates of PEM texts, each of which may hold several. Damaged ones are left out. */
export function pemToDer(texts: readonly string[]): readonly Uint8Array[] {
  const pattern = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/g
  return texts.flatMap((text) =>
    [...text.matchAll(pattern)]
      .map((match) => readDer(Buffer.from(match[1] ?? '', 'base64'))?.raw)
      .filter((der) => der !== undefined),
  )
}

/** Any certificate in it is an anchor, self-signed or not (RFC 5280 §6.1.1 d). */
export function trustStore(pems: readonly string[]): TrustStore {
  const unread = new Map<string, Uint8Array[]>()
  const read = new Map<string, readonly Certificate[]>()
  const ders = pemToDer(pems)
  for (const der of ders) {
    const name = subjectName(der)
    const same = unread.get(name)
    if (same) same.push(der)
    else unread.set(name, [der])
  }
  return {
    size: ders.length,
    bySubject: (canonical) => {
      const known = read.get(canonical)
      if (known) return known
      const found = (unread.get(canonical) ?? []).map(parseCertificateDer).filter((each) => each !== null)
      read.set(canonical, found)
      return found
    },
  }
}

function subjectName(der: Uint8Array): string {
  const fields = derChildren(derChildren(readDer(der))[0])
  const subject = fields[fields[0]?.tag === 0xa0 ? 5 : 4]
  return subject ? canonicalName(subject.raw) : ''
}

/** Several stores as one. */
export function joinStores(stores: readonly TrustStore[]): TrustStore {
  return {
    size: stores.reduce((sum, store) => sum + store.size, 0),
    bySubject: (canonical) => stores.flatMap((store) => store.bySubject(canonical)),
  }
}
