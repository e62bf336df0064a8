/** Whether a received message answers our question (RFC 5452 section 9.1). */
import type {Ask} from './ask.ts'
import {type DnsMessage, decodeMessage, peekHeader} from './codec/message.ts'
import {formatName, isSameName} from './codec/names.ts'
import {DnsFormatError} from './codec/reader.ts'
import {cookieMismatch} from './edns.ts'

export type ReplyVerdict =
  | {readonly verdict: 'ours'; readonly message: DnsMessage}
  /** Decodable, but with a wrong id or question. */
  | {readonly verdict: 'mismatch'; readonly because: string}
  /** No DNS message; `ours` when at least the header claims to answer our query. */
  | {readonly verdict: 'malformed'; readonly because: string; readonly ours: boolean}

/** Judges what came from the server itself; the source is checked before. */
export function judgeReply(bytes: Uint8Array, id: number, ask: Ask): ReplyVerdict {
  const header = peekHeader(bytes)
  if (header && (header.id !== id || !header.qr)) {
    return {verdict: 'mismatch', because: header.qr ? 'another id' : 'a query, not an answer'}
  }
  try {
    const message = decodeMessage(bytes)
    const because = questionMismatch(message, ask) ?? cookieMismatch(message, ask)
    return because === null ? {verdict: 'ours', message} : {verdict: 'mismatch', because}
  } catch (error) {
    if (!(error instanceof DnsFormatError)) throw error
    return {verdict: 'malformed', because: error.message, ours: header !== null}
  }
}

function questionMismatch(message: DnsMessage, {question, name}: Ask): string | null {
  const [found, ...more] = message.questions
  if (message.flags.opcode !== 0) return 'another opcode'
  // Some servers leave the question out when they refuse to look at it.
  if (!found) return message.rcode === 0 ? 'no question' : null
  const same =
    more.length === 0 &&
    found.type === question.type &&
    found.class === question.class &&
    isSameName(formatName(found.labels), name)
  return same ? null : 'another question'
}
