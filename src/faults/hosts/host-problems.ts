/** What is wrong with a host, from how ssh ended. Pure. */
import type {ProblemCode} from '../../core/codes/index.ts'
import {type Problem, UserError, isUserError} from '../../core/errors.ts'
import {EXIT, type ExitCode} from '../../core/exit-codes.ts'
import type {HostEnd} from '../../core/host-channel.ts'
import {shorten, stripControl} from '../../core/text.ts'
import type {RemoteHost} from './ssh-host.ts'
import {type Hello, WIRE} from './words.ts'

/** `ssh://user@host:port` as the user wrote it, and what ssh makes of it. */
export interface NamedHost extends RemoteHost {
  readonly name: string
}

/** As a person would type it: `-p 2222 root@web`. */
function typed({destination, port}: NamedHost): string {
  return port === null ? destination : `-p ${port} ${destination}`
}

/** What ssh(1) says of itself in English only, whatever the locale; its one exit code, 255, tells nothing apart. */
const SSH_SAYS: readonly {readonly says: RegExp; readonly code: ProblemCode; readonly words: string}[] = [
  {
    says: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    code: 'HOST_KEY',
    words: 'the host has another key than the one in known_hosts',
  },
  {
    says: /Host key verification failed|host key is known for|no matching host key/i,
    code: 'HOST_KEY',
    words: 'the key of the host is not in known_hosts',
  },
  {
    says: /Permission denied|Too many authentication failures|No supported authentication methods/,
    code: 'HOST_LOGIN',
    words: 'the host accepts none of the keys that ssh offers',
  },
]

const SSH_FAILED = 255
/** sh(1): no such program; not executable. */
const NOT_FOUND = 127
const NOT_STARTED = 126

/** Why nobody said hello. `heard` is what came over standard output instead. */
export function contactProblem(host: NamedHost, {code, missing, said}: HostEnd, heard: string): UserError {
  const last = lastLine(said === '' ? heard : said)
  const quoted = last === '' ? '' : `: ${last}`
  if (missing) {
    return lacks('CAPABILITY_MISSING', `${host.name}: there is no ssh on this machine`, [
      'install OpenSSH: apt-get install openssh-client',
    ])
  }
  if (code === SSH_FAILED || code === null) return sshProblem(host, said, quoted)
  if (code === NOT_FOUND || code === NOT_STARTED) {
    return lacks('HOST_NETDRILL', `${host.name}: the shell there can not start netdrill${quoted}`, [
      'install netdrill there, where a shell without a login finds it in its PATH',
      `try: ssh ${typed(host)} netdrill --version`,
    ])
  }
  // A netdrill that does not know the command calls that a mistake in the use of it.
  if (code === EXIT.usage)
    return lacks(
      'HOST_VERSION',
      `${host.name}: the netdrill there is another version, which does not know how to serve faults${quoted}`,
      versionAdvice(host),
    )
  return lacks('HOST_NETDRILL', `${host.name}: netdrill there ended with ${code}${quoted}`, [
    `try: ssh ${typed(host)} netdrill doctor`,
  ])
}

function sshProblem(host: NamedHost, said: string, quoted: string): UserError {
  const known = SSH_SAYS.find(({says}) => says.test(said))
  if (!known)
    return lacks('HOST_UNREACHABLE', `${host.name}: ssh does not reach it${quoted}`, [
      `try: ssh -v ${typed(host)} true`,
    ])
  const advice =
    known.code === 'HOST_KEY'
      ? [`log in once by hand and compare the key: ssh ${typed(host)}`]
      : [
          `put your key there: ssh-copy-id ${typed(host)}`,
          'a key with a passphrase has to be in the agent: ssh-add',
        ]
  return lacks(known.code, `${host.name}: ${known.words}${quoted}`, advice)
}

/** Nobody said anything for so long. */
export function silenceProblem(host: NamedHost, words: string): UserError {
  return lacks('HOST_UNREACHABLE', `${host.name}: ${words}`, [`try: ssh ${typed(host)} netdrill --version`])
}

/** Null when both sides mean the same by the same words. */
export function versionProblem(host: NamedHost, {wire, version}: Hello, own: string): UserError | null {
  if (wire === WIRE && version === own) return null
  return lacks(
    'HOST_VERSION',
    `${host.name}: netdrill ${version} is there, and ${own} here`,
    versionAdvice(host),
  )
}

function versionAdvice(host: NamedHost): readonly string[] {
  return ['install the same version on both', `compare: ssh ${typed(host)} netdrill --version`]
}

/** The connection was there, and is no more. */
export function lostProblem({name}: NamedHost, because: string): UserError {
  return lacks('HOST_LOST', `the connection to ${name} is lost: ${because}`, [
    'the netdrill there undoes its faults by itself',
    `look there: netdrill fault list --on ${name}`,
  ])
}

export function isLost(error: unknown): boolean {
  return isUserError(error) && error.problems.some(({code}) => code === 'HOST_LOST')
}

/** What the netdrill there complains about, told here. */
export function toldThere(
  host: NamedHost,
  problems: readonly Problem[],
  exit: ExitCode,
  uid: number,
): UserError {
  const rights =
    exit === EXIT.capability && uid !== 0
      ? [
          `log in as root there (on: ssh://root@${host.destination.split('@').at(-1) ?? ''}), or let netdrill in the PATH there be a script that runs it by sudo -n`,
        ]
      : []
  return new UserError(
    problems.map(({code, message, advice = []}) => ({
      code,
      message: `on ${host.name}: ${message}`,
      advice: [...rights, ...advice],
    })),
    exit,
  )
}

export function lastLine(text: string): string {
  const lines = text.split('\n').flatMap((line) => stripControl(line).trim() || [])
  return shorten(lines.at(-1) ?? '', 200)
}

/** The environment is not what the drill needs: exit 6. */
function lacks(code: ProblemCode, message: string, advice: readonly string[]): UserError {
  return new UserError({code, message, advice}, EXIT.capability)
}
