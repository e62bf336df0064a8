/** SMTP (RFC 3207), IMAP (RFC 9051 §6.2.1), POP3 (RFC 2595 §4) and ManageSieve (RFC 5804 §2.2). */
import {go, line, type DialogueContext, type Heard, type Step} from './dialogue.ts'
import {dotted, hearCode, hearLines, lastLine, type Answer, type LineRules} from './lines.ts'

export function smtpSteps({localAddress}: DialogueContext): readonly Step[] {
  const literal = localAddress.includes(':') ? `IPv6:${localAddress}` : localAddress
  return [
    {name: 'greeting', send: null, hear: (bytes) => hearCode(bytes, smtpJudge(220))},
    {
      name: 'EHLO',
      send: line(`EHLO [${literal}]`),
      hear: (bytes) =>
        hearCode(bytes, (code, answer) => {
          const offers = answer.lines.some((text) => /^250[ -]STARTTLS(?: |$)/i.test(text))
          if (code === 250 && !offers) return {type: 'absent', said: keywords(answer)}
          return smtpJudge(250)(code, answer)
        }),
    },
    {name: 'STARTTLS', send: line('STARTTLS'), hear: (bytes) => hearCode(bytes, smtpJudge(220))},
  ]
}

function smtpJudge(wanted: number): (code: number, answer: Answer) => Heard {
  return (code, answer) => {
    if (code === wanted) return go(answer.used)
    return code >= 400 ? {type: 'refused', said: lastLine(answer)} : {type: 'foreign'}
  }
}

/** The extensions of an answer to EHLO, whose first line is the server's name. */
function keywords({lines}: Answer): string {
  const names = lines.slice(1).map((text) => text.slice(4))
  return names.length === 0 ? (lines[0] ?? '') : names.join(', ')
}

const IMAP_GREETING: LineRules = {
  fits: (text) => /^\* (?:OK|PREAUTH|BYE)(?: |$)/i.test(text),
  mayBegin: (text) => text.startsWith('*'),
  isLast: () => true,
}

/** Untagged lines, then the tagged one. */
function imapRules(tag: string): LineRules {
  const ends = new RegExp(`^${tag} (?:OK|NO|BAD)(?: |$)`, 'i')
  return {
    fits: (text) => text.startsWith('* ') || ends.test(text),
    mayBegin: (text) => text.startsWith('*') || `${tag} `.startsWith(text.slice(0, tag.length + 1)),
    isLast: (text) => ends.test(text) || /^\* BYE/i.test(text),
  }
}

export function imapSteps(): readonly Step[] {
  return [
    {
      name: 'greeting',
      send: null,
      hear: (bytes) =>
        hearLines(bytes, IMAP_GREETING, (answer) =>
          // A session that is authenticated already can't be upgraded any more.
          /^\* OK/i.test(lastLine(answer)) ? go(answer.used) : {type: 'refused', said: lastLine(answer)},
        ),
    },
    {
      name: 'CAPABILITY',
      send: line('n1 CAPABILITY'),
      hear: (bytes) =>
        hearLines(bytes, imapRules('n1'), (answer) => {
          if (!/^n1 OK/i.test(lastLine(answer))) return {type: 'refused', said: lastLine(answer)}
          const list = answer.lines.find((text) => /^\* CAPABILITY /i.test(text)) ?? lastLine(answer)
          return / STARTTLS(?: |$)/i.test(list) ? go(answer.used) : {type: 'absent', said: list}
        }),
    },
    {
      name: 'STARTTLS',
      send: line('n2 STARTTLS'),
      hear: (bytes) =>
        hearLines(bytes, imapRules('n2'), (answer) =>
          /^n2 OK/i.test(lastLine(answer)) ? go(answer.used) : {type: 'refused', said: lastLine(answer)},
        ),
    },
  ]
}

const POP3_LINE: LineRules = {
  fits: (text) => /^(?:\+OK|-ERR)(?: |$)/i.test(text),
  mayBegin: (text) => /^[+-]/.test(text),
  isLast: () => true,
}

export function pop3Steps(): readonly Step[] {
  const hearStatus = (bytes: Uint8Array): Heard =>
    hearLines(bytes, POP3_LINE, (answer) =>
      lastLine(answer).startsWith('+') ? go(answer.used) : {type: 'refused', said: lastLine(answer)},
    )
  return [
    {name: 'greeting', send: null, hear: hearStatus},
    {
      name: 'CAPA',
      send: line('CAPA'),
      hear: (bytes) =>
        hearLines(bytes, dotted(POP3_LINE, /^\+OK/i), (answer) => {
          // Optional in POP3: a server without it may have STLS all the same.
          if (answer.lines[0]?.startsWith('-')) return go(answer.used)
          const offers = answer.lines.some((text) => /^STLS$/i.test(text.trim()))
          return offers ? go(answer.used) : {type: 'absent', said: answer.lines.slice(1, -1).join(', ')}
        }),
    },
    {name: 'STLS', send: line('STLS'), hear: hearStatus},
  ]
}

/** Capabilities as quoted texts, then a status. */
const SIEVE: LineRules = {
  fits: (text) => text.startsWith('"') || /^(?:OK|NO|BYE)(?:[ (]|$)/i.test(text),
  mayBegin: (text) => /^["ONB]/i.test(text),
  isLast: (text) => !text.startsWith('"'),
}

export function sieveSteps(): readonly Step[] {
  return [
    {
      name: 'greeting',
      send: null,
      hear: (bytes) =>
        hearLines(bytes, SIEVE, (answer) => {
          if (!/^OK/i.test(lastLine(answer))) return {type: 'refused', said: lastLine(answer)}
          const offers = answer.lines.some((text) => /^"STARTTLS"/i.test(text))
          return offers ? go(answer.used) : {type: 'absent', said: answer.lines.slice(0, -1).join(', ')}
        }),
    },
    {
      name: 'STARTTLS',
      send: line('STARTTLS'),
      hear: (bytes) =>
        hearLines(bytes, SIEVE, (answer) =>
          /^OK/i.test(lastLine(answer)) ? go(answer.used) : {type: 'refused', said: lastLine(answer)},
        ),
    },
  ]
}
