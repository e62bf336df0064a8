/** The terminal, or what stands in for it. Results go to stdout, everything else to stderr. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** A person sees stdout and can type: the full-screen view may be used. */
  readonly interactive: boolean
  /** No line that is drawn over, and nothing else that needs escape codes beside colour. */
  readonly plain: boolean
  readonly columns: number
  readonly color: boolean
  readonly unicode: boolean
}

/**
 * Reads what kind of terminal this is: `NO_COLOR`, `TERM=dumb`, `CI` and pipes get plain text; `FORCE_COLOR` wins for
 * colour. A reader that goes away (EPIPE) or a terminal that does (EIO) must not end a run that has faults in force.
 */
export function systemTerminal(options: {readonly color: boolean}): Terminal {
  const {stdin, stdout, stderr} = process
  for (const stream of [stdout, stderr]) {
    if (stream.listenerCount('error') === 0) stream.on('error', ignoreClosed)
  }
  const plain = isPlain() || isSet('NO_COLOR')
  return {
    stdin,
    stdout,
    stderr,
    interactive: stdout.isTTY && stdin.isTTY && !plain,
    plain,
    columns: stdout.columns || 80,
    color: options.color && !isSet('NO_COLOR') && (isForced() || (stdout.isTTY && !isPlain())),
    unicode: isUnicode(),
  }
}

function isSet(name: string): boolean {
  return (process.env[name] ?? '') !== ''
}

function isPlain(): boolean {
  return process.env['TERM'] === 'dumb' || isSet('CI')
}

function isForced(): boolean {
  return isSet('FORCE_COLOR') && process.env['FORCE_COLOR'] !== '0'
}

/** An empty locale is common in containers whose terminals are UTF-8 all the same. */
function isUnicode(): boolean {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG']
    .map((name) => process.env[name] ?? '')
    .find((value) => value !== '')
  return locale === undefined || /utf-?8/i.test(locale)
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
}
