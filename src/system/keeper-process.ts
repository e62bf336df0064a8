import {spawn} from 'node:child_process'
import {keepTail} from './keep-tail.ts'

export interface KeeperAnswer {
  /** The first line of its standard output; empty when it ended without one. */
  readonly line: string
  /** The end of its standard error. */
  readonly said: string
}

/**
 * Starts this very program with other words in a session of its own, so that neither the terminal's end nor its
 * signals reach it, and waits for its first line. The keeper goes on when this process ends.
 */
export async function startKeeper(words: readonly string[]): Promise<KeeperAnswer> {
  const [program = ''] = process.argv.slice(1)
  const child = spawn(process.execPath, [...process.execArgv, program, ...words], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let line = ''
  const said = keepTail(child.stderr)
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      line += text
      if (line.includes('\n')) resolve()
    })
  })
  child.stdout.destroy()
  child.stderr.destroy()
  child.unref()
  return {line: line.split('\n')[0] ?? '', said: said().trim()}
}
