/** Another host for tests: a namespace with a real sshd, and a netdrill in the PATH of whoever logs in there. */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir, userInfo} from 'node:os'
import {join} from 'node:path'
import {vi} from 'vitest'
import {ipIn, makeNamespacePair, namespacesMissing, runIn} from './namespaces.ts'
import {BIN, requireBundle} from './program.ts'

const SSHD = '/usr/sbin/sshd'
const PORT = '2222'

/** Why no other host can be had here; null when it can. */
export function sshHostMissing(): string | null {
  return namespacesMissing() ?? (existsSync(SSHD) ? null : 'needs openssh-server')
}

export interface Answer {
  readonly code: number
  readonly text: string
}

export class SshHost {
  /** Namespaces: where netdrill is run, and the host. The link between them has 10.99.0.1 and 10.99.0.2. */
  readonly near: string
  readonly far: string
  /** `ssh://user@10.99.0.2:2222`. */
  readonly name = `ssh://${userInfo().username}@10.99.0.2:${PORT}`
  readonly folder: string
  readonly #remove: () => void
  readonly #started: ChildProcess[] = []

  private constructor() {
    requireBundle()
    const {near, far, remove} = makeNamespacePair()
    this.near = near
    this.far = far
    this.#remove = remove
    this.folder = mkdtempSync(join(tmpdir(), 'netdrill-ssh-'))
  }

  static async open(): Promise<SshHost> {
    const host = new SshHost()
    // Probes go from here; ssh takes the other one, which no fault may touch.
    ipIn(host.near, 'addr add 10.99.0.3/24 dev nd0')
    host.#writeFiles()
    await host.#startServer()
    return host
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Starts a program on a host until the end of the test. */
  start(namespace: string, words: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', namespace, ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    this.#started.push(child)
    return child
  }

  async waitForPort(namespace: string, port: number | string): Promise<void> {
    await vi.waitUntil(() => runIn(namespace, 'ss', ['-Hltn', `sport = :${port}`]).trim() !== '', {
      timeout: 10_000,
    })
  }

  /** What the netdrill that is found there does: words of sh(1). */
  replaceNetdrill(script: string): void {
    writeFileSync(this.path('bin/netdrill'), `#!/bin/sh\n${script}\n`)
    chmodSync(this.path('bin/netdrill'), 0o755)
  }

  removeNetdrill(): void {
    rmSync(this.path('bin/netdrill'), {force: true})
  }

  restoreNetdrill(): void {
    this.replaceNetdrill(`exec ${process.execPath} ${BIN} "$@"`)
  }

  /** netdrill here, in the near namespace. */
  spawn(words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.near, process.execPath, BIN, ...words], {
      env: {...process.env, ...this.#env(), ...env},
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  async run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return answerOf(this.spawn(words, env))
  }

  /** netdrill on the host, as somebody at its keyboard would run it. */
  async there(words: readonly string[]): Promise<Answer> {
    const env = {...process.env, XDG_STATE_HOME: this.path('state'), NO_COLOR: '1'}
    const args = ['netns', 'exec', this.far, process.execPath, BIN, ...words]
    return answerOf(spawn('ip', args, {env, stdio: ['ignore', 'pipe', 'pipe']}))
  }

  /** Rules in force on the host. */
  rules(): string {
    return runIn(this.far, 'nft', ['list', 'ruleset'])
  }

  /** What the ledger there says about the states of its faults. */
  ledger(): readonly string[] {
    const folder = this.path('state/netdrill/ledger')
    if (!existsSync(folder)) return []
    return readdirSync(folder).map(
      (name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as {state: string}).state,
    )
  }

  close(): void {
    for (const child of this.#started) child.kill('SIGKILL')
    this.#remove()
    rmSync(this.folder, {recursive: true, force: true})
  }

  #env(): Readonly<Record<string, string>> {
    return {
      PATH: `${this.path('here')}:${process.env['PATH'] ?? ''}`,
      XDG_STATE_HOME: this.path('own'),
      NO_COLOR: '1',
    }
  }

  #writeFiles(): void {
    for (const name of ['host', 'user', 'stranger'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', this.path(name)])
    for (const name of ['bin', 'here']) mkdirSync(this.path(name))
    this.restoreNetdrill()
    const key = readFileSync(this.path('host.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    writeFileSync(this.path('known'), `[10.99.0.2]:${PORT} ${key}\n`)
    const other = readFileSync(this.path('stranger.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    writeFileSync(this.path('other-known'), `[10.99.0.2]:${PORT} ${other}\n`)
    writeFileSync(this.path('nobody-known'), '')
    // What the user's own ~/.ssh/config would hold; ssh itself is the real one.
    const real = execFileSync('which', ['ssh'], {encoding: 'utf8'}).trim()
    const options = `-F none -i "\${TEST_KEY:-${this.path('user')}}" -o IdentitiesOnly=yes -o UserKnownHostsFile="\${TEST_KNOWN:-${this.path('known')}}" -o GlobalKnownHostsFile=/dev/null`
    writeFileSync(this.path('here/ssh'), `#!/bin/sh\nexec ${real} ${options} "$@"\n`)
    chmodSync(this.path('here/ssh'), 0o755)
    mkdirSync('/run/sshd', {recursive: true})
    writeFileSync(
      this.path('sshd_config'),
      [
        `Port ${PORT}`,
        `HostKey ${this.path('host')}`,
        `AuthorizedKeysFile ${this.path('user.pub')}`,
        `PidFile ${this.path('sshd.pid')}`,
        'StrictModes no',
        'UsePAM no',
        'PermitRootLogin yes',
        `SetEnv PATH=${this.path('bin')}:/usr/sbin:/usr/bin:/sbin:/bin XDG_STATE_HOME=${this.path('state')}`,
      ].join('\n'),
    )
  }

  async #startServer(): Promise<void> {
    this.start(this.far, [SSHD, '-D', '-e', '-f', this.path('sshd_config')])
    await this.waitForPort(this.far, PORT)
  }
}

export async function answerOf(child: ChildProcess): Promise<Answer> {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  }
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)))
  return {code, text}
}
