import {spawn} from 'node:child_process'
import {constants} from 'node:os'

export interface AttachedRequest {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/**
 * Runs a program on our own terminal, or whatever stands in for it, and resolves with its exit code as a shell would
 * tell it: 128 plus the signal that ended it, 127 when it isn't there.
 */
export async function runAttached({file, args, env}: AttachedRequest): Promise<number> {
  // Ctrl-C reaches the program by the terminal; what it makes of it is what we end with.
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  process.on('SIGQUIT', ignore)
  try {
    return await new Promise<number>((resolve, reject) => {
      const child = spawn(file, args, {stdio: 'inherit', env: {...process.env, ...env}})
      child.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? resolve(127) : reject(error),
      )
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
    })
  } finally {
    process.off('SIGINT', ignore)
    process.off('SIGQUIT', ignore)
  }
}
