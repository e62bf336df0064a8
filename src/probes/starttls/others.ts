/** FTP (RFC 4217 §4), NNTP (RFC 4642) and XMPP (RFC 6120 §5). */
import {FOREIGN, MORE, go, latin1Text, line, type DialogueContext, type Heard, type Step} from './dialogue.ts'
import {dotted, hearCode, hearLines, lastLine, type Answer} from './lines.ts'

/** Replies that say that the command is not known or its parameter isn't (RFC 959 §4.2.1). */
const UNKNOWN_COMMAND: ReadonlySet<number> = new Set([500, 501, 502, 503, 504])

export function ftpSteps(): readonly Step[] {
  return [
    {
      name: 'greeting',
      send: null,
      hear: (bytes) =>
        hearCode(bytes, (code, answer) => {
          if (code === 220) return go(answer.used)
          return code >= 400 ? {type: 'refused', said: lastLine(answer)} : FOREIGN
        }),
    },
    {
      name: 'AUTH TLS',
      send: line('AUTH TLS'),
      hear: (bytes) => hearCode(bytes, (code, answer) => judgeUpgrade(234, code, answer)),
    },
  ]
}

function judgeUpgrade(wanted: number, code: number, answer: Answer): Heard {
  if (code === wanted) return go(answer.used)
  if (UNKNOWN_COMMAND.has(code)) return {type: 'absent', said: lastLine(answer)}
  return code >= 400 ? {type: 'refused', said: lastLine(answer)} : FOREIGN
}

const NNTP_LINE = {
  fits: (text: string) => /^[1-5]\d\d(?: |$)/.test(text),
  mayBegin: (text: string) => /^\d/.test(text),
}

export function nntpSteps(): readonly Step[] {
  return [
    {
      name: 'greeting',
      send: null,
      hear: (bytes) =>
        hearCode(bytes, (code, answer) => {
          if (code === 200 || code === 201) return go(answer.used)
          return code >= 400 ? {type: 'refused', said: lastLine(answer)} : FOREIGN
        }),
    },
    {name: 'CAPABILITIES', send: line('CAPABILITIES'), hear: hearCapabilities},
    {
      name: 'STARTTLS',
      send: line('STARTTLS'),
      hear: (bytes) => hearCode(bytes, (code, answer) => judgeUpgrade(382, code, answer)),
    },
  ]
}

function hearCapabilities(bytes: Uint8Array): Heard {
  return hearLines(bytes, dotted(NNTP_LINE, /^101/), (answer) => {
    const code = Number(answer.lines[0]?.slice(0, 3))
    // Servers older than RFC 3977 don't know the command, and may have STARTTLS all the same.
    if (code === 500) return go(answer.used)
    if (code !== 101) return code >= 400 ? {type: 'refused', said: lastLine(answer)} : FOREIGN
    const offers = answer.lines.some((text) => /^STARTTLS(?: |$)/i.test(text))
    return offers ? go(answer.used) : {type: 'absent', said: answer.lines.slice(1, -1).join(', ')}
  })
}

const XMPP_TLS = 'urn:ietf:params:xml:ns:xmpp-tls'

export function xmppSteps({host}: DialogueContext): readonly Step[] {
  const to = host.replace(/[<>&'"]/g, '')
  const open =
    `<?xml version='1.0'?><stream:stream to='${to}' version='1.0' xml:lang='en' xmlns='jabber:client' ` +
    "xmlns:stream='http://etherx.jabber.org/streams'>"
  return [
    {name: 'stream', send: Buffer.from(open), hear: (bytes) => hearXml(bytes, judgeStream)},
    {name: 'features', send: null, hear: (bytes) => hearXml(bytes, judgeFeatures)},
    {
      name: 'starttls',
      send: Buffer.from(`<starttls xmlns='${XMPP_TLS}'/>`),
      hear: (bytes) => hearXml(bytes, judgeProceed),
    },
  ]
}

/** A server says a few hundred octets; one that goes on and on says something else. */
const LONGEST_XML = 32_768

function hearXml(bytes: Uint8Array, judge: (text: string) => Heard): Heard {
  const text = latin1Text(bytes)
  const begun = text.trimStart()
  if (begun === '') return text.length > LONGEST_XML ? FOREIGN : MORE
  // Of markup, only the kind that XMPP has: HTML begins with "<!" or "<html".
  if (!begun.startsWith('<') || /^<(?:!|html)/i.test(begun)) return FOREIGN
  const heard = judge(text)
  if (heard.type !== 'more') return heard
  const error = /<(?:stream:)?error[\s>].*?<\/(?:stream:)?error>/s.exec(text)
  if (error) return {type: 'refused', said: error[0]}
  return text.length > LONGEST_XML ? FOREIGN : heard
}

function judgeStream(text: string): Heard {
  const header = /<(?:\w+:)?stream(?:\s[^>]*)?>/.exec(text)
  return header ? go(header.index + header[0].length) : MORE
}

function judgeFeatures(text: string): Heard {
  const features = /<(?:\w+:)?features(?:\s[^>]*)?(?:\/>|>.*?<\/(?:\w+:)?features\s*>)/s.exec(text)
  if (!features) return MORE
  const offers = /<starttls[\s>/]/.test(features[0])
  return offers ? go(features.index + features[0].length) : {type: 'absent', said: features[0]}
}

function judgeProceed(text: string): Heard {
  const answer = /<(proceed|failure)(?:\s[^>]*?)?(?:\/>|>\s*<\/(?:proceed|failure)\s*>)/.exec(text)
  if (!answer) return /^\s*<(?:p|f|$)/.test(text) ? MORE : FOREIGN
  const used = answer.index + answer[0].length
  return answer[1] === 'proceed' ? go(used) : {type: 'refused', said: answer[0]}
}
