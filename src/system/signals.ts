/** Signals that ask the process to end, and their exit codes. */
export type EndingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'
const SIGNALS: readonly EndingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Calls back for each of these signals until the returned function is called; the default end is off meanwhile. */
export function onEndingSignal(
  listener: (signal: EndingSignal) => void,
  signals: readonly EndingSignal[] = SIGNALS,
): () => void {
  for (const signal of signals) process.on(signal, listener)
  return () => {
    for (const signal of signals) process.off(signal, listener)
  }
}

/** Takes SIGHUP as the wish to read everything again, until the returned function is called. */
export function onReloadSignal(listener: () => void): () => void {
  process.on('SIGHUP', listener)
  return () => process.off('SIGHUP', listener)
}

/** Ends the process at once; only for the case that an orderly end takes too long. */
export function endProcess(code: number): never {
  process.exit(code)
}

/** Sends a signal to another process; one that is gone already has what was asked of it. */
export function askToEnd(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
