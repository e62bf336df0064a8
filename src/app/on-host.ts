/**
 * Faults on another host: the same words are given to the netdrill there, through OpenSSH, so that plan, ledger and
 * guard are where the fault is. A connection that is lost leaves the fault to that host: it ends when its time is over.
 */
import {UserError} from '../core/errors.ts'
import {EXIT, type ExitCode} from '../core/exit-codes.ts'
import {toolPath} from '../core/place-command.ts'
import type {Ports} from '../core/ports.ts'
import {type RemoteHost, readHost, sshArguments} from '../faults/hosts/ssh-host.ts'
import {runAttached} from '../system/attached-program.ts'

/** Throws USAGE_INVALID for anything but `ssh://[user@]host[:port]`. */
export function parseHost(text: string): RemoteHost {
  const host = readHost(text)
  if (host) return host
  throw new UserError({
    code: 'USAGE_INVALID',
    message: `--on: "${text}" is not ssh://user@host or ssh://user@host:port`,
  })
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
