/** A real terminal that a test can type into, resize and read. */
import {execFileSync} from 'node:child_process'
import {randomUUID} from 'node:crypto'
import {BIN} from './program.ts'

/** Long enough for a loaded machine; a test's own time limit ends what never comes. */
const PATIENCE = 20_000

export class TmuxTerminal {
  readonly #socket = `netdrill-${randomUUID()}`

  /** Opens a shell in a terminal of this size and runs netdrill in it; `DONE code` follows when it has ended. */
  constructor(args: readonly string[], size: {readonly columns: number; readonly rows: number}) {
    const words = [process.execPath, BIN, ...args].map(
      (word) => `'${word.replaceAll("'", String.raw`'\''`)}'`,
    )
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      String(size.columns),
      '-y',
      String(size.rows),
      'sh',
    )
    this.type(`clear; ${words.join(' ')}; echo "DONE $?"; stty -a | grep -o -- '-\\?echo\\b' | head -1\n`)
  }

  static isHere(): boolean {
    try {
      execFileSync('tmux', ['-V'])
      return true
    } catch {
      return false
    }
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text)
  }

  /** A key by its tmux name, such as `Escape`, `Enter` or `C-c`. */
  press(key: string): void {
    this.#tmux('send-keys', key)
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** The lines on the screen. */
  screen(): readonly string[] {
    return this.#tmux('capture-pane', '-p').split('\n')
  }

  /** Resolves with the screen when it shows `text`; rejects with what it shows instead. */
  async shows(text: RegExp): Promise<string> {
    const until = performance.now() + PATIENCE
    for (;;) {
      const screen = this.screen().join('\n')
      if (text.test(screen)) return screen
      if (performance.now() > until) throw new Error(`the terminal does not show ${text} but\n${screen}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Processes in the terminal, to signal them. */
  pidOf(pattern: RegExp): number {
    const shell = this.#tmux('list-panes', '-F', '#{pane_pid}').trim()
    const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', shell], {encoding: 'utf8'})
    const line = children.split('\n').find((one) => pattern.test(one)) ?? ''
    return Number.parseInt(line, 10)
  }

  /** The program may have left the alternate screen. */
  get isAlternate(): boolean {
    return this.#tmux('display-message', '-p', '#{alternate_on}').trim() === '1'
  }

  close(): void {
    try {
      this.#tmux('kill-server')
    } catch {
      // Its shell has ended before.
    }
  }

  #tmux(...args: readonly string[]): string {
    const env = {
      ...process.env,
      CI: undefined,
      NO_COLOR: undefined,
      TERM: 'xterm-256color',
      LC_ALL: 'C.UTF-8',
    }
    return execFileSync('tmux', ['-L', this.#socket, ...args], {encoding: 'utf8', env, stdio: 'pipe'})
  }
}
