import {existsSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {
  dovecot,
  postgres,
  type Dovecot,
  type DovecotService,
  type Identity,
} from '../../../support/starttls-real.ts'
import {codeOf, factsOf, measureTls, messageOf} from '../../../support/tls-measure.ts'

let workshop: Workshop
let root: Issued
let identity: Identity

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root'})
  const leaf = await workshop.leaf({name: 'leaf', san: ['DNS:localhost'], key: 'rsa2048'}, root)
  identity = {certificate: leaf.certificateFile, key: leaf.keyFile}
})
afterAll(async () => workshop.remove())

const SERVICES: readonly {readonly service: DovecotService; readonly starttls: string}[] = [
  {service: 'imap', starttls: 'imap'},
  {service: 'pop3', starttls: 'pop3'},
  {service: 'submission', starttls: 'smtp'},
  {service: 'sieve', starttls: 'sieve'},
]

const ROOT = process.getuid?.() === 0
const DOVECOT = ROOT && existsSync('/usr/sbin/dovecot')

describe.runIf(DOVECOT)('Dovecot', () => {
  let server: Dovecot
  beforeAll(async () => {
    server = await dovecot(workshop.folder, identity)
  })
  afterAll(async () => server.stop())

  test.each(SERVICES)('$service speaks TLS after STARTTLS', async ({service, starttls}) => {
    const outcome = await measureTls(server.ports[service], {starttls, ca: root.certificateFile})
    expect(messageOf(outcome)).toBe('')
    expect(factsOf(outcome)).toMatchObject({version: 'TLSv1.3', trusted: true, starttls: {agreed: true}})
  })

  test('what it offers is found through the dialogue too', async () => {
    const options = {starttls: 'imap', ca: root.certificateFile, enumerate: true}
    const {enumeration} = factsOf(await measureTls(server.ports.imap, options))
    expect(enumeration).toMatchObject({versions: ['TLSv1.3', 'TLSv1.2'], complete: true})
  })

  test.each([
    {service: 'imap' as const, starttls: 'pop3'},
    {service: 'pop3' as const, starttls: 'smtp'},
    {service: 'submission' as const, starttls: 'imap'},
    {service: 'sieve' as const, starttls: 'xmpp'},
  ])('$service is no $starttls server', async ({service, starttls}) => {
    const outcome = await measureTls(server.ports[service], {starttls})
    expect(codeOf(outcome)).toBe('TLS_STARTTLS_MISMATCH')
    expect(messageOf(outcome)).toContain('step 1 of')
  })
})

describe.runIf(DOVECOT)('Dovecot without TLS', () => {
  let server: Dovecot
  beforeAll(async () => {
    server = await dovecot(workshop.folder, identity, false)
  })
  afterAll(async () => server.stop())

  test.each(SERVICES)('$service does not offer it', async ({service, starttls}) => {
    const outcome = await measureTls(server.ports[service], {starttls})
    expect(codeOf(outcome)).toBe('TLS_STARTTLS_ABSENT')
  })
})

describe.runIf(ROOT)('PostgreSQL', () => {
  test.for([
    {offer: true, code: 'ok'},
    {offer: false, code: 'TLS_STARTTLS_ABSENT'},
  ])('with TLS $offer: $code', async ({offer, code}, context) => {
    const server = await postgres(workshop.folder, identity, offer)
    if (server === null) return context.skip('PostgreSQL is not installed')
    const outcome = await measureTls(server.port, {starttls: 'postgres', ca: root.certificateFile})
    await server.stop()
    expect(codeOf(outcome)).toBe(code)
    expect(factsOf(outcome).trusted).toBe(offer)
  })
})
