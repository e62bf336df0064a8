/** A program on another host, at the other end of ssh: lines go there, lines come back. */

/** How ssh ended. */
export interface HostEnd {
  /** Null when a signal ended it. 255 is ssh's own; any other one is that of the program there (ssh(1)). */
  readonly code: number | null
  /** There is no ssh here. */
  readonly missing: boolean
  /** The last lines of its standard error; they may hold anything. */
  readonly said: string
}

export interface HostChannel {
  /** A line to an end that is gone is lost: `ended` tells. */
  send(line: string): void
  onLine(listener: (line: string) => void): void
  /** Resolves exactly once. */
  readonly ended: Promise<HostEnd>
  /** Closes the input of the program there. */
  end(): void
  /** Ends ssh here at once. */
  drop(): void
}

export interface HostDoor {
  /** Starts ssh with these arguments, out of reach of the terminal: Ctrl-C is ours to answer. */
  open(args: readonly string[]): HostChannel
}
