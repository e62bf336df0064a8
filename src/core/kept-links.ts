/**
 * How a fault reaches a link that the keeper of another process's lab carries: one question and one answer, each a JSON
 * document on a line, over a private socket.
 */
import type {LinkFaultCount, LinkOrder} from './link-effects.ts'

/** A question of another version is refused. */
export const LINK_WORDS = 'netdrill/links/1'

/** Names one link of a lab that is kept. Goes into the ledger: whoever finds it there can ask for the end. */
export interface KeptLink {
  readonly lab: string
  readonly link: string
  /** Path of the keeper's socket. */
  readonly socket: string
  /** As `ProcessIdentity`: the lab goes with it. */
  readonly keeper: {readonly pid: number; readonly start: number}
}

/** The end of a link at which a fault acts. */
export interface KeptEnd extends KeptLink {
  readonly sender: 0 | 1
}

/** A device of a node of a kept lab; `end` is null where the kernel carries its packets. */
export interface KeptDevice {
  readonly lab: string
  readonly end: KeptEnd | null
}

/** About one fault of one link; without `set` and `clear` it only looks. */
export interface LinkQuestion {
  readonly schema: typeof LINK_WORDS
  readonly link: string
  readonly fault: string
  readonly set?: LinkOrder
  readonly clear?: true
}

export type LinkReply =
  | {
      readonly schema: typeof LINK_WORDS
      /** In force, as it was ordered; null: not in force. */
      readonly order: LinkOrder | null
      /** Its last count stays for a while when it has ended. */
      readonly count: LinkFaultCount | null
    }
  | {readonly schema: typeof LINK_WORDS; readonly problem: string}

/** Sockets in the file system that only processes of the same user reach. */
export interface PrivateSockets {
  /** Answers one line per connection. Throws where such a socket can't be had, such as at a path that is too long. */
  serve(
    path: string,
    answer: (line: string) => Promise<string>,
  ): Promise<{readonly close: () => Promise<void>}>
  /** Throws when nobody is there, or no answer comes in time. */
  ask(path: string, line: string): Promise<string>
}
