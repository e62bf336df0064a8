import {spawn} from 'node:child_process'
import {mkdir, writeFile} from 'node:fs/promises'
import {createServer, type AddressInfo} from 'node:net'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {codeOf, factsOf, measureTls} from '../../../support/tls-measure.ts'
import type {Running} from '../../../support/tls-servers.ts'

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
    const server = await nginx()
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

async function nginx(): Promise<Running> {
  const folder = join(workshop.folder, 'nginx')
  await mkdir(folder, {recursive: true})
  const chain = await workshop.bundle('nginx-chain', [leaf.certificate, middle.certificate])
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {}
    http { access_log off; ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
    server { listen 127.0.0.1:${port} ssl http2; ssl_certificate ${chain}; ssl_certificate_key ${leaf.keyFile};
    ssl_protocols TLSv1.2 TLSv1.3; return 204; } }`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await new Promise<void>((resolve, reject) => {
    let text = ''
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      // The last notice before it serves; the socket listens by then.
      if (/getrlimit|start worker|OS: /.test(text)) resolve()
    })
    child.on('exit', () => reject(new Error(`nginx ended: ${text}`)))
  })
  return {
    port,
    stop: async () => {
      const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
