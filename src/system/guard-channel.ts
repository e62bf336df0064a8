import {createInterface} from 'node:readline'

export type GuardWord = 'look' | 'detach' | 'release' | 'gone'

/** Standard input of the guard: words of the main process, and its end. */
export interface GuardChannel {
  onSignal(listener: (word: GuardWord) => void): () => void
  /** Tells the main process that the guard is ready. */
  ready(): void
}

/**
 * The guard lives in its own session; signals that ask a terminal's processes to end are ignored all the same, since
 * its work is to outlive them. SIGTERM, a shutdown's word, counts as the main process's end: undo, then go.
 */
export function openGuardChannel(): GuardChannel {
  const listeners = new Set<(word: GuardWord) => void>()
  const pending: GuardWord[] = []
  const tell = (word: GuardWord): void => {
    if (listeners.size === 0) pending.push(word)
    for (const listener of listeners) listener(word)
  }
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {})
  process.on('SIGTERM', () => tell('gone'))
  process.stdout.on('error', () => {})
  const lines = createInterface({input: process.stdin})
  lines.on('line', (line) => {
    if (line === 'look' || line === 'detach' || line === 'release') tell(line)
  })
  lines.once('close', () => tell('gone'))
  return {
    onSignal: (listener) => {
      listeners.add(listener)
      for (const word of pending.splice(0)) listener(word)
      return () => listeners.delete(listener)
    },
    ready: () => void process.stdout.write('ready\n'),
  }
}
