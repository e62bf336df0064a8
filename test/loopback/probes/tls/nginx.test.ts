import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {codeOf, factsOf, measureTls} from '../../../support/tls-measure.ts'
import {nginxTls} from '../../../support/nginx-tls.ts'

let workshop: Workshop
let root: Issued
let middle: Issued
let leaf: Issued

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root'})
  middle = await workshop.authority({name: 'middle'}, root)
  leaf = await workshop.leaf({name: 'leaf', san: ['DNS:localhost']}, middle)
})
afterAll(async () => workshop.remove())

describe('nginx', () => {
  test.each(['1.2', '1.3'])('TLS %s with a chain and an application protocol', async (version) => {
    const chain = await workshop.bundle('nginx-chain', [leaf.certificate, middle.certificate])
    const server = await nginxTls(workshop.folder, {chain, key: leaf.keyFile})
    try {
      const outcome = await measureTls(server.port, {
        ...{ca: root.certificateFile, alpn: ['h2', 'http/1.1']},
        ...{min: version, max: version},
      })
      expect(codeOf(outcome)).toBe('ok')
      expect(factsOf(outcome)).toMatchObject({
        version: `TLSv${version}`,
        alpn: 'h2',
        trusted: true,
        client_certificate_requested: false,
        chain: [{subject: 'CN=leaf'}, {subject: 'CN=middle'}],
      })
    } finally {
      await server.stop()
    }
  })
})
