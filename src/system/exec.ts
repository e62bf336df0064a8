import type {Exec, ExecRequest, ExecResult} from '../core/ports.ts'

/** How long a program may take to obey TERM before it gets KILL. */
const KILL_AFTER = 500

/** Runs programs with execa, loaded at the first use. */
export const systemExec: Exec = {
  async run(request: ExecRequest): Promise<ExecResult> {
    const {execa} = await import('execa')
    const result = await execa(request.file, [...request.args], {
      reject: false,
      stripFinalNewline: false,
      forceKillAfterDelay: KILL_AFTER,
      // A fixed locale: the output is parsed.
      env: {LC_ALL: 'C', ...request.env},
      ...(request.input === undefined ? {stdin: 'ignore' as const} : {input: request.input}),
      // execa takes whole milliseconds only.
      ...(request.timeout === undefined ? {} : {timeout: Math.ceil(request.timeout)}),
      ...(request.signal === undefined ? {} : {cancelSignal: request.signal}),
    })
    return {
      exitCode: result.exitCode ?? null,
      stdout: result.stdout,
      stderr: result.stderr,
      took: result.durationMs,
      timedOut: result.timedOut,
      notFound: result.code === 'ENOENT',
    }
  },
}
