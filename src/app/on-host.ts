/**
 * Faults on another host: the same words are given to the netdrill there, through OpenSSH, so that plan, ledger and
 * guard are where the fault is. A connection that is lost leaves the fault to that host: it ends when its time is over.
 */
import {UserError} from '../core/errors.ts'
import {EXIT, type ExitCode} from '../core/exit-codes.ts'
import {toolPath} from '../core/place-command.ts'
import type {Ports} from '../core/ports.ts'
import {runAttached} from '../system/attached-program.ts'

export interface RemoteHost {
  /** `user@host`, or the host alone. */
  readonly destination: string
  readonly port: number | null
}

/** `ssh://[user@]host[:port]`; throws USAGE_INVALID for anything else. */
export function parseHost(text: string): RemoteHost {
  const match =
    /^ssh:\/\/(?:([A-Za-z0-9_][\w.-]*)@)?([A-Za-z0-9][\w.-]*|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?\/?$/.exec(
      text,
    )
  const [, user, host = '', port] = match ?? []
  if (!match) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `--on: "${text}" is not ssh://user@host or ssh://user@host:port`,
    })
  }
  const name = host.replace(/^\[|\]$/g, '')
  return {
    destination: user === undefined ? name : `${user}@${name}`,
    port: port === undefined ? null : Number(port),
  }
}

/** The arguments of ssh(1). It hands one line to a shell of the other side, so every word of it is quoted. */
export function sshArguments(
  {destination, port}: RemoteHost,
  words: readonly string[],
  terminal: boolean,
): readonly string[] {
  const line = ['netdrill', ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  return [
    // Keys and agents only: a question for a password would hang where nobody sits.
    ...['-o', 'BatchMode=yes'],
    // With a terminal there, Ctrl-C and a lost connection reach the other side, and the fault is undone at once.
    ...(terminal ? ['-tt'] : ['-T']),
    ...(port === null ? [] : ['-p', String(port)]),
    ...['--', destination, line],
  ]
}

/** The words of a command line without `--on` and its value. */
export function withoutOn(argv: readonly string[]): readonly string[] {
  return argv.filter(
    (word, index) => word !== '--on' && argv[index - 1] !== '--on' && !word.startsWith('--on='),
  )
}

/** Runs `netdrill COMMAND ARGV` there, on our own terminal, and ends as it ended. */
export async function runOnHost(
  on: string,
  line: {readonly command: string; readonly argv: readonly string[]; readonly terminal: boolean},
  {host}: Pick<Ports, 'host'>,
): Promise<ExitCode> {
  const remote = parseHost(on)
  const words = [...line.command.split(':'), ...withoutOn(line.argv)]
  if (words.some((word) => word === '--file' || word.startsWith('--file='))) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: '--file names a document of this host: give the fault by flags with --on',
    })
  }
  const env = {PATH: toolPath(host.env('PATH'))}
  const code = await runAttached({file: 'ssh', args: sshArguments(remote, words, line.terminal), env})
  const known = Object.values(EXIT).find((exit) => exit === code)
  if (known !== undefined) return known
  const reasons: Readonly<Record<number, string>> = {
    127: `there is no ssh here, or no netdrill in the PATH of ${remote.destination}`,
    255: `ssh does not reach ${remote.destination}`,
  }
  throw new UserError(
    {
      code: 'CAPABILITY_MISSING',
      message: reasons[code] ?? `netdrill ended with ${code} on ${remote.destination}`,
      advice: [`try: ssh ${remote.destination} netdrill doctor`],
    },
    EXIT.capability,
  )
}
