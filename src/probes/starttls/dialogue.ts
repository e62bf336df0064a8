/** The shape of a dialogue: what is said at each step, and what to make of the answer. Pure. */

/**
 * What the bytes of an answer mean so far. `used` are the octets that belong to it. `refused`: a proper answer that says
 * no; `absent`: a proper answer that shows that the server has no STARTTLS; `foreign`: not this protocol.
 */
export type Heard =
  | {readonly type: 'more'}
  | {readonly type: 'go'; readonly used: number}
  | {readonly type: 'refused' | 'absent'; readonly said: string}
  | {readonly type: 'foreign'}

export interface Step {
  /** As people who know the protocol call it. */
  readonly name: string
  /** Null: the server speaks first. */
  readonly send: Uint8Array | null
  /** Judges all bytes since the last step; null when the server does not answer this step in plain text. */
  readonly hear: ((bytes: Uint8Array) => Heard) | null
}

export interface DialogueContext {
  /** The name of the server as the target gives it. */
  readonly host: string
  /** Our own literal address, by which SMTP lets a client without a name introduce itself (RFC 5321 §4.1.3). */
  readonly localAddress: string
}

export const MORE: Heard = {type: 'more'}
export const FOREIGN: Heard = {type: 'foreign'}

export function go(used: number): Heard {
  return {type: 'go', used}
}

/** Octets as text, one character each. */
export function latin1Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

export function line(text: string): Uint8Array {
  return Buffer.from(`${text}\r\n`, 'latin1')
}
