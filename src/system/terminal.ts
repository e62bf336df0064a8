/** The terminal, or what stands in for it. Results go to stdout, everything else to stderr. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** A person sees stdout and can type: the full-screen view may be used. */
  readonly interactive: boolean
  readonly columns: number
  readonly color: boolean
  readonly unicode: boolean
}

/** Reads what kind of terminal this is: `NO_COLOR`, `TERM=dumb`, `CI` and pipes get plain text; `FORCE_COLOR` wins for colour. */
export function systemTerminal(options: {readonly color: boolean}): Terminal {
  const {stdin, stdout, stderr, env} = process
  const plain = env['TERM'] === 'dumb' || (env['CI'] !== undefined && env['CI'] !== '')
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0'
  const noColor = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== ''
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  return {
    stdin,
    stdout,
    stderr,
    interactive: stdout.isTTY && stdin.isTTY && !plain,
    columns: stdout.columns || 80,
    color: options.color && !noColor && (forced || (stdout.isTTY && !plain)),
    // An empty locale is common in containers whose terminals are UTF-8 all the same.
    unicode: locale === '' || /utf-?8/i.test(locale),
  }
}
