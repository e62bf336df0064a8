/** Servers from Debian that change to TLS on request, on free ports and with all their files in a folder of the test. */
import {execFile, spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {chmod, chown, cp, mkdir, mkdtemp, readdir, writeFile} from 'node:fs/promises'
import {connect} from 'node:net'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {freePort} from './nginx-tls.ts'

export interface Identity {
  /** Files. */
  readonly certificate: string
  readonly key: string
}

const SERVICES = ['imap', 'pop3', 'submission', 'sieve'] as const
export type DovecotService = (typeof SERVICES)[number]

export interface Dovecot {
  readonly ports: Readonly<Record<DovecotService, number>>
  stop(): Promise<void>
}

/** `submission` is an SMTP server. `offer: false` switches TLS off. Needs root, since its parts change their user. */
export async function dovecot(parent: string, {certificate, key}: Identity, offer = true): Promise<Dovecot> {
  const folder = await mkdtemp(join(parent, 'dovecot-'))
  // Its parts run as nobody.
  for (const each of [parent, folder]) await chmod(each, 0o755)
  const ports = {imap: 0, pop3: 0, submission: 0, sieve: 0}
  for (const service of SERVICES) ports[service] = await freePort()
  const config = join(folder, 'dovecot.conf')
  const listeners = SERVICES.map((service) => {
    const login = service === 'sieve' ? 'managesieve' : service
    const secure =
      service === 'imap' || service === 'pop3' ? `inet_listener ${service}s {\n port = 0\n}\n` : ''
    return `service ${login}-login {\n chroot =\n inet_listener ${service} {\n port = ${ports[service]}\n }\n ${secure}}`
  })
  await writeFile(
    config,
    [
      ...[`base_dir = ${folder}/run`, `state_dir = ${folder}/state`, 'log_path = /dev/stderr'],
      ...['protocols = imap pop3 submission sieve', 'listen = 127.0.0.1', `ssl = ${offer ? 'yes' : 'no'}`],
      ...(offer ? [`ssl_cert = <${certificate}`, `ssl_key = <${key}`] : []),
      ...[
        'default_internal_user = nobody',
        'default_internal_group = nogroup',
        'default_login_user = nobody',
      ],
      ...[`mail_location = maildir:${folder}/mail`, 'submission_relay_host = 127.0.0.1'],
      'passdb {\n driver = static\n args = nopassword=y\n}',
      'userdb {\n driver = static\n args = uid=65534 gid=65534 home=/nonexistent\n}',
      ...['anvil', 'stats'].map((name) => `service ${name} {\n chroot =\n}`),
      ...listeners,
    ].join('\n'),
  )
  const stop = await start('dovecot', ['-F', '-c', config], {ports: Object.values(ports)})
  return {ports, stop}
}

/** Null when there is no PostgreSQL here. */
export async function postgres(
  parent: string,
  identity: Identity,
  offer = true,
): Promise<{readonly port: number; stop(): Promise<void>} | null> {
  const programs = await postgresPrograms()
  const {stdout} = await promisify(execFile)('getent', ['passwd', 'nobody'])
  const [uid = 0, gid = 0] = stdout.split(':').slice(2, 4).map(Number)
  if (programs === null) return null
  const folder = await mkdtemp(join(parent, 'postgres-'))
  await chmod(parent, 0o755)
  const data = join(folder, 'data')
  await mkdir(data)
  for (const each of [folder, data]) await chown(each, uid, gid)
  const user = {uid, gid, env: {...process.env, LC_ALL: 'C'}}
  const setUp = ['-D', data, '--no-sync', '-A', 'trust', '-U', 'test']
  await promisify(execFile)(join(programs, 'initdb'), setUp, user)
  await cp(identity.certificate, join(data, 'server.crt'))
  await cp(identity.key, join(data, 'server.key'))
  for (const name of ['server.crt', 'server.key']) {
    await chown(join(data, name), uid, gid)
    await chmod(join(data, name), 0o600)
  }
  const port = await freePort()
  const settings = [`ssl=${offer ? 'on' : 'off'}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=']
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((each) => ['-c', each])]
  return {port, stop: await start(join(programs, 'postgres'), args, {ports: [port], ...user})}
}

async function postgresPrograms(): Promise<string | null> {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? await readdir(root) : []
  return (
    versions.map((version) => join(root, version, 'bin')).find((path) => existsSync(join(path, 'initdb'))) ??
    null
  )
}

interface Start {
  readonly ports: readonly number[]
  readonly uid?: number
  readonly gid?: number
}

/** Resolves when all ports take connections, with the function that ends the program. */
async function start(
  file: string,
  args: readonly string[],
  {ports, ...user}: Start,
): Promise<() => Promise<void>> {
  const child = spawn(file, args, {stdio: ['ignore', 'ignore', 'pipe'], ...user})
  let text = ''
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<void>((resolve) => {
    child.on('exit', () => resolve())
    child.on('error', (error) => {
      text += error.message
      resolve()
    })
  })
  for (const port of ports) {
    while (!(await listens(port))) {
      const over = await Promise.race([
        ended.then(() => true),
        new Promise((resolve) => setTimeout(resolve, 20, false)),
      ])
      if (over === true) throw new Error(`${file} ended: ${text}`)
    }
  }
  return async () => {
    child.kill('SIGINT')
    await ended
  }
}

async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
