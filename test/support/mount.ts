/** A terminal in memory for what mounts itself: its output is kept, keys can be typed. */
import {EventEmitter} from 'node:events'

/** The part of a terminal's output that ink uses; keeps everything written. */
class FakeStdout extends EventEmitter {
  readonly isTTY = true
  readonly writable = true
  columns: number
  rows: number
  readonly writes: string[] = []

  constructor(columns: number, rows: number) {
    super()
    this.columns = columns
    this.rows = rows
  }

  write(text: string, done?: () => void): boolean {
    if (text !== '') this.writes.push(text)
    done?.()
    return true
  }
}

/** The part of a terminal's input that ink uses. */
class FakeStdin extends EventEmitter {
  readonly isTTY = true
  isRaw = false
  #waiting: string | null = null

  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw
  }
  setEncoding(): void {}
  ref(): void {}
  unref(): void {}
  read(): string | null {
    const text = this.#waiting
    this.#waiting = null
    return text
  }
  type(text: string): void {
    this.#waiting = text
    this.emit('readable')
  }
}

export interface Terminal {
  readonly stdout: FakeStdout
  readonly stdin: FakeStdin
}

export function makeTerminal(columns: number, rows: number): Terminal {
  return {stdout: new FakeStdout(columns, rows), stdin: new FakeStdin()}
}

/** As the streams that a mount expects; the fakes have every member that ink touches. */
export function asStreams({stdout, stdin}: Terminal): {
  readonly stdout: NodeJS.WriteStream
  readonly stdin: NodeJS.ReadStream
  readonly stderr: NodeJS.WriteStream
} {
  const out = stdout as unknown as NodeJS.WriteStream
  return {stdout: out, stdin: stdin as unknown as NodeJS.ReadStream, stderr: out}
}

/** Lets React, ink and the streams come to rest: no new frame in several turns of the event loop. */
export async function settle({stdout}: Terminal): Promise<void> {
  for (let quiet = 0, seen = stdout.writes.length; quiet < 3; quiet++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (stdout.writes.length !== seen) quiet = -1
    seen = stdout.writes.length
  }
}
