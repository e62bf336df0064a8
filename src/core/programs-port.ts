/** Programs that run beside us. */

export interface ProgramRequest {
  readonly file: string
  readonly args: readonly string[]
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
}
/** A program that runs beside us until it is stopped. */
export interface RunningProgram {
  readonly pid: number
  /** How it ended, with the last line that it wrote to its standard error; resolves exactly once. */
  readonly ended: Promise<string>
  /** Ends it and everything that it has started. */
  stop(): Promise<void>
}
/** Starts programs that end with this process, however it ends, and so does everything that they have started. */
export interface Programs {
  start(request: ProgramRequest): RunningProgram
}
