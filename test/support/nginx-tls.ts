import {spawn} from 'node:child_process'
import {mkdtemp, writeFile} from 'node:fs/promises'
import {createServer, type AddressInfo} from 'node:net'
import {join} from 'node:path'
import type {Running} from './tls-servers.ts'

export interface NginxTls {
  /** Files. */
  readonly chain: string
  readonly key: string
  /** More directives for the server. */
  readonly lines?: readonly string[]
}

/** nginx with TLS on a free port, in a new folder below `parent`. */
export async function nginxTls(parent: string, {chain, key, lines = []}: NginxTls): Promise<Running> {
  const folder = await mkdtemp(join(parent, 'nginx-'))
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {}
    http { access_log off; ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
    server { listen 127.0.0.1:${port} ssl http2; ssl_certificate ${chain}; ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3; ${lines.join(' ')} return 204; } }`,
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

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
