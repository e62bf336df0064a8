import {spawn} from 'node:child_process'

export interface KeeperAnswer {
  /** The first line of its standard output; empty when it ended without one. */
  readonly line: string
  /** The end of its standard error. */
  readonly said: string
}

/** Of what a keeper wrote to its standard error, this much is kept. */
const KEPT = 4096

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
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT)
  })
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
  return {line: line.split('\n')[0] ?? '', said: said.trim()}
}
