/** Another host, and what ssh is told about it. Pure. */

export interface RemoteHost {
  /** `user@host`, or the host alone. */
  readonly destination: string
  readonly port: number | null
}

/** `ssh://user@host:port`, its parts as groups. */
export const HOST_TEXT =
  /^ssh:\/\/(?:([A-Za-z0-9_][\w.-]*)@)?([A-Za-z0-9][\w.-]*|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?\/?$/

/** `ssh://[user@]host[:port]`; null for anything else. */
export function readHost(text: string): RemoteHost | null {
  const match = HOST_TEXT.exec(text)
  if (!match) return null
  const [, user, host = '', port] = match
  const number = port === undefined ? null : Number(port)
  if (number !== null && (number < 1 || number > 65_535)) return null
  const name = host.replace(/^\[|\]$/g, '')
  return {destination: user === undefined ? name : `${user}@${name}`, port: number}
}

/** Keys and agents only: a question for a password would hang where nobody sits. */
const NO_QUESTIONS = ['-o', 'BatchMode=yes']

/** The arguments of ssh(1). It hands one line to a shell of the other side, so every word of it is quoted. */
export function sshArguments(
  {destination, port}: RemoteHost,
  words: readonly string[],
  terminal: boolean,
): readonly string[] {
  const line = ['netdrill', ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  return [
    ...NO_QUESTIONS,
    // With a terminal there, Ctrl-C and a lost connection reach the other side, and the fault is undone at once.
    ...(terminal ? ['-tt'] : ['-T']),
    ...(port === null ? [] : ['-p', String(port)]),
    ...['--', destination, line],
  ]
}

/** For a connection that is kept: it notices a dead line, and opens nothing else that the user's configuration asks for. */
export function channelArguments(host: RemoteHost): readonly string[] {
  return [
    ...['-o', 'ConnectTimeout=8', '-o', 'ServerAliveInterval=2', '-o', 'ServerAliveCountMax=3'],
    ...['-o', 'ControlMaster=no', '-o', 'ClearAllForwardings=yes'],
    ...sshArguments(host, ['fault', 'serve'], false),
  ]
}
