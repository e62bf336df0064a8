import {shorten, stripControl} from '../../core/text.ts'

interface Plaintext {
  /** What it looks like, with its first words. */
  readonly what: string
  readonly advice: readonly string[]
}

interface Rule {
  readonly pattern: RegExp
  readonly name: string
  readonly advice: readonly string[]
}

const STARTTLS =
  'this protocol upgrades to TLS only after a command (STARTTLS); use its port for implicit TLS'

const RULES: readonly Rule[] = [
  {pattern: /^HTTP\/\d/, name: 'HTTP', advice: ['the port speaks HTTP: use http:// or the HTTPS port']},
  {
    pattern: /^\s*<(!doctype|html)/i,
    name: 'HTML',
    advice: ['the port speaks HTTP: use http:// or the HTTPS port'],
  },
  {pattern: /^SSH-\d/, name: 'SSH', advice: ['the port speaks SSH: probe it as tcp://']},
  {pattern: /^(220|421|554)[ -].*(SMTP|ESMTP|mail)/i, name: 'SMTP', advice: [`${STARTTLS} (465)`]},
  {pattern: /^220[ -].*FTP/i, name: 'FTP', advice: [`${STARTTLS} (990)`]},
  {pattern: /^(220|421)[ -]/, name: 'SMTP or FTP', advice: [`${STARTTLS} (465 or 990)`]},
  {pattern: /^\+OK/, name: 'POP3', advice: [`${STARTTLS} (995)`]},
  {pattern: /^\* (OK|PREAUTH|BYE)/, name: 'IMAP', advice: [`${STARTTLS} (993)`]},
  {pattern: /^-(ERR|NOAUTH|DENIED)/, name: 'Redis', advice: ['the port speaks Redis without TLS']},
  {pattern: /^RFB \d/, name: 'VNC', advice: ['the port speaks VNC: probe it as tcp://']},
  // oxlint-disable-next-line no-control-regex -- a binary greeting: length, sequence number 0, protocol 10
  {
    pattern: /^...\u0000\u000A\d+\./s,
    name: 'MySQL',
    advice: ['MySQL upgrades to TLS inside its own protocol'],
  },
  {pattern: /^[NSE]$/, name: 'PostgreSQL', advice: ['PostgreSQL upgrades to TLS inside its own protocol']},
]

/** Says what a server that doesn't speak TLS seems to speak. */
export function describePlaintext(bytes: Uint8Array): Plaintext {
  const text = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  const rule = RULES.find(({pattern}) => pattern.test(text))
  const shown = shorten(stripControl(text.split(/[\r\n]/)[0] ?? '').trim(), 80)
  const quoted = shown === '' ? `${bytes.length} bytes that are no text` : `"${shown}"`
  return {
    what: rule ? `${rule.name}, ${quoted}` : quoted,
    advice: rule?.advice ?? [],
  }
}
