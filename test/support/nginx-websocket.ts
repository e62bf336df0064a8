/** nginx with TLS in front of a WebSocket server, as people set it up: rightly, without the upgrade, and without a backend. */
import {spawn} from 'node:child_process'
import {mkdtemp, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {freePort} from './nginx-tls.ts'
import type {Running} from './tls-servers.ts'

export interface NginxWebSocket {
  /** Files. */
  readonly chain: string
  readonly key: string
  /** The port of the server behind it. */
  readonly backend: number
}

/** `/good` passes the upgrade on, `/dropped` does not, `/gone` has nobody behind it. Ends what is idle for a second. */
export async function nginxWebSocket(
  parent: string,
  {chain, key, backend}: NginxWebSocket,
): Promise<Running> {
  const folder = await mkdtemp(join(parent, 'nginx-'))
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const upgrade = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";'
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {}
    http { access_log off; ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
    proxy_http_version 1.1; proxy_read_timeout 1s;
    server { listen 127.0.0.1:${port} ssl; ssl_certificate ${chain}; ssl_certificate_key ${key};
    location /good { proxy_pass http://127.0.0.1:${backend}; ${upgrade} }
    location /dropped { proxy_pass http://127.0.0.1:${backend}; }
    location /gone { proxy_pass http://127.0.0.1:1; ${upgrade} } } }`,
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
