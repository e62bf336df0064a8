/** nginx and haproxy as a person would set them up: two sites behind a proxy that ends TLS. */
import {type ChildProcess, spawn} from 'node:child_process'
import {writeFile} from 'node:fs/promises'
import {connect} from 'node:net'
import {join} from 'node:path'
import {freePort} from './nginx-tls.ts'

export interface Site {
  readonly nginx: number
  /** haproxy's plain and TLS ports; TLS offers HTTP/2 and HTTP/1.1. */
  readonly plain: number
  readonly secure: number
  stop(): Promise<void>
}

/** `pem` holds a key and its chain. Bodies are `one` and `two`, by the name that was asked for. */
export async function startSite(folder: string, pem: string): Promise<Site> {
  const [nginx, plain, secure] = [await freePort(), await freePort(), await freePort()]
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {}
    http { access_log off; default_type text/plain;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
      server { listen 127.0.0.1:${nginx}; server_name one.test; location / { return 200 "one\\n"; }
        location /moved { return 302 /; } location /away { return 301 http://two.test:${nginx}/; }
        location /busy { add_header Retry-After 7 always; return 503; }
        location /secret { if ($http_authorization = "") { return 401; } return 200 "welcome\\n"; } }
      server { listen 127.0.0.1:${nginx}; server_name two.test; location / { return 200 "two\\n"; } } }`,
  )
  await writeFile(
    join(folder, 'haproxy.cfg'),
    `global
      ssl-default-bind-options ssl-min-ver TLSv1.2
    defaults
      mode http
      timeout connect 1s
      timeout client 5s
      timeout server 5s
    frontend plain
      bind 127.0.0.1:${plain}
      default_backend sites
    frontend secure
      bind 127.0.0.1:${secure} ssl crt ${pem} alpn h2,http/1.1
      use_backend nobody if { path /nobody }
      default_backend sites
    backend sites
      server nginx 127.0.0.1:${nginx}
    backend nobody
      server gone 127.0.0.1:1\n`,
  )
  const children = [
    spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {stdio: 'ignore'}),
    spawn('haproxy', ['-f', join(folder, 'haproxy.cfg'), '-db'], {stdio: 'ignore'}),
  ]
  await Promise.all([nginx, plain, secure].map(listens))
  return {nginx, plain, secure, stop: async () => void (await Promise.all(children.map(end)))}
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  await ended
}

async function listens(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (up) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`nothing listens on ${port}`)
}
