import type {RunEvent} from '../../core/events.ts'
import {toJsonLine} from '../../core/json.ts'
import type {Files} from '../../core/ports.ts'

/** A journal being written: every event becomes one JSON line. */
export interface Journal {
  readonly path: string
  /** Takes the event at once; it is on disk when `flushed` resolves. Events keep their order. */
  write(event: RunEvent): void
  flushed(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens `<folder>/<run>.jsonl`. Whole lines are appended and synced in groups: while one group is on its way to the
 * disk, the next one collects, so a slow disk delays nothing but the disk. After `kill -9` all earlier groups are
 * there, and at most the last line is cut, which the reader says.
 */
export async function openJournal(files: Files, folder: string, run: string): Promise<Journal> {
  const file = await files.openAppend(`${folder}/${run}.jsonl`)
  let waiting: string[] = []
  let writing: Promise<void> | null = null
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      await file.append(`${group.join('\n')}\n`)
    }
    writing = null
  }
  const flushed = async (): Promise<void> => {
    while (writing) await writing
  }
  return {
    path: file.path,
    write: (event) => {
      waiting.push(toJsonLine(event))
      writing ??= drain()
    },
    flushed,
    close: async () => {
      await flushed()
      await file.close()
    },
  }
}
