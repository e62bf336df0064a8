/** Signals that ask the process to end, and their exit codes. */
export type EndingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'
const SIGNALS: readonly EndingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Calls back for each ending signal until the returned function is called; the default end is off meanwhile. */
export function onEndingSignal(listener: (signal: EndingSignal) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, listener)
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener)
  }
}

/** Ends the process at once; only for the case that an orderly end takes too long. */
export function endProcess(code: number): never {
  process.exit(code)
}
