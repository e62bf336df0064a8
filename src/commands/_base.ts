/** What all commands share: flags that mean the same everywhere, and how errors end the process. */
import {Command, Errors, Flags} from '@oclif/core'
import {type Problem, isUserError} from '../core/errors.ts'
import {EXIT, type ExitCode} from '../core/exit-codes.ts'
import {renderProblem} from '../reporters/problem.ts'
import {usageProblem} from './_usage-problem.ts'

/** Every command of netdrill extends this. `run` returns nothing: it prints through a reporter and sets the exit code. */
export abstract class BaseCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({
      summary: 'print one JSON document on stdout',
      env: 'NETDRILL_JSON',
      helpGroup: 'OUTPUT',
    }),
    jsonl: Flags.boolean({
      summary: 'print the event stream, one JSON document per line',
      env: 'NETDRILL_JSONL',
      exclusive: ['json'],
      helpGroup: 'OUTPUT',
    }),
    color: Flags.boolean({
      summary: 'colours on a terminal',
      env: 'NETDRILL_COLOR',
      default: true,
      allowNo: true,
      helpGroup: 'OUTPUT',
    }),
    quiet: Flags.boolean({
      char: 'q',
      summary: 'print the result only',
      env: 'NETDRILL_QUIET',
      helpGroup: 'OUTPUT',
    }),
    verbose: Flags.boolean({
      char: 'v',
      summary: 'print details, and the stack of an internal error',
      env: 'NETDRILL_VERBOSE',
      exclusive: ['quiet'],
      helpGroup: 'OUTPUT',
    }),
    seed: Flags.integer({
      summary: 'seed of all randomness, to repeat a run',
      env: 'NETDRILL_SEED',
      min: 0,
      max: 4_294_967_295,
      helpGroup: 'OUTPUT',
    }),
  }

  /** Writes to stdout: results only. */
  protected print(text: string): void {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  }

  /** Writes to stderr: everything that is not the result. */
  protected tell(text: string): void {
    process.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
  }

  /** Sets how the process will end; the event loop drains by itself. */
  protected end(code: ExitCode): void {
    process.exitCode = code
  }

  override async catch(error: Error & {oclif?: {exit?: number}}): Promise<never> {
    if (error instanceof Errors.ExitError) throw error
    const {problems, exit} = explain(error, flagsOf(this.constructor as typeof Command))
    if (this.argv.includes('--json') || this.argv.includes('--jsonl')) {
      this.print(JSON.stringify({schema: 'netdrill/error/1', exit, problems}))
    } else {
      for (const problem of problems) this.tell(renderProblem(problem))
    }
    if (exit === EXIT.internal && this.argv.some((word) => word === '-v' || word === '--verbose')) {
      this.tell(error.stack ?? String(error))
    }
    throw new Errors.ExitError(exit)
  }
}

function flagsOf(command: typeof Command): readonly string[] {
  return Object.keys({...command.baseFlags, ...command.flags})
}

function explain(
  error: Error & {oclif?: {exit?: number}},
  flags: readonly string[],
): {problems: readonly Problem[]; exit: ExitCode} {
  if (isUserError(error)) return {problems: error.problems, exit: error.exit}
  if (error instanceof Errors.CLIError) {
    return {problems: [usageProblem(error, flags)], exit: EXIT.usage}
  }
  const advice = ['run again with --verbose and report what it prints']
  return {problems: [{code: 'INTERNAL', message: error.message, advice}], exit: EXIT.internal}
}
