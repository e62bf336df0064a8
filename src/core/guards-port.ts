/** The process that undoes faults when nobody else does. */

/**
 * The detached process that undoes a run's faults when this process is gone, or when a fault's time is over and
 * nobody undid it.
 */
export interface GuardLink {
  readonly pid: number
  /** The ledger of the run has changed: look again at what is open and until when. */
  look(): void
  /** From now on the guard alone keeps the run's faults, until their time is over. */
  detach(): void
  /** Nothing is open any more; the guard ends. */
  release(): void
}
export interface Guards {
  /** Starts the guard of a run; resolves when it is ready to undo. */
  start(run: string): Promise<GuardLink>
}
