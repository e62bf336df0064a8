import {shorten, stripControl} from '../../core/text.ts'
import type {StarttlsProtocol} from '../starttls/protocols.ts'

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

/** How to get TLS out of a protocol that begins in plain text. */
function starttls(protocol: StarttlsProtocol, port?: number): readonly string[] {
  const other = port === undefined ? '' : `, or use its port for TLS from the start (${port})`
  return [`this protocol changes to TLS on request: --starttls ${protocol}${other}`]
}

const RULES: readonly Rule[] = [
  {pattern: /^HTTP\/\d/, name: 'HTTP', advice: ['the port speaks HTTP: use http:// or the HTTPS port']},
  {
    pattern: /^\s*<(!doctype|html)/i,
    name: 'HTML',
    advice: ['the port speaks HTTP: use http:// or the HTTPS port'],
  },
  {pattern: /^SSH-\d/, name: 'SSH', advice: ['the port speaks SSH: probe it as tcp://']},
  {pattern: /^(220|421|554)[ -].*(SMTP|ESMTP|mail)/i, name: 'SMTP', advice: starttls('smtp', 465)},
  {pattern: /^220[ -].*FTP/i, name: 'FTP', advice: starttls('ftp', 990)},
  {
    pattern: /^(220|421)[ -]/,
    name: 'SMTP or FTP',
    advice: [...starttls('smtp', 465), ...starttls('ftp', 990)],
  },
  {pattern: /^\+OK/, name: 'POP3', advice: starttls('pop3', 995)},
  {pattern: /^\* (OK|PREAUTH|BYE)/, name: 'IMAP', advice: starttls('imap', 993)},
  {pattern: /^-(ERR|NOAUTH|DENIED)/, name: 'Redis', advice: ['the port speaks Redis without TLS']},
  {pattern: /^20[01] .*(NNTP|news|InterNetNews)/i, name: 'NNTP', advice: starttls('nntp', 563)},
  {pattern: /^"IMPLEMENTATION" "/, name: 'ManageSieve', advice: starttls('sieve')},
  {pattern: /^RFB \d/, name: 'VNC', advice: ['the port speaks VNC: probe it as tcp://']},
  // oxlint-disable-next-line no-control-regex -- a binary greeting: length, sequence number 0, protocol 10
  {
    pattern: /^...\u0000\u000A\d+\./s,
    name: 'MySQL',
    advice: starttls('mysql'),
  },
  {pattern: /^[NSE]$/, name: 'PostgreSQL', advice: starttls('postgres')},
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
