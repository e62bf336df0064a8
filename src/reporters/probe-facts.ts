/** What the probes learned about a service, as compact blocks of text. */
import type {CertificateFacts, DnsFacts, DnsRecord, TlsFacts} from '../core/facts.ts'
import {shorten, stripControl} from '../core/text.ts'
import {displayWidth} from '../core/width.ts'
import {type TextOptions, plural, renderEntry} from './probe-text.ts'

/** More names than this are counted: a certificate may have hundreds. */
const NAMES = 12
const RECORDS = 40

export function renderTls(tls: TlsFacts, options: TextOptions): string[] {
  const {style} = options
  const lines = [style('strong', 'tls')]
  const session = [tls.version, tls.cipher, tls.group, tls.alpn === null ? null : `alpn ${tls.alpn}`]
  const known = session.filter((part) => part !== null)
  if (known.length > 0) lines.push(...renderEntry('session', known.join('  '), options))
  if (tls.sni !== null) lines.push(...renderEntry('sni', tls.sni, options))
  const [leaf] = tls.chain
  if (leaf) lines.push(...renderLeaf(leaf, tls, options))
  lines.push(...renderTrust(tls, options))
  return lines
}

function renderLeaf(leaf: CertificateFacts, tls: TlsFacts, options: TextOptions): string[] {
  const more = tls.names.length > NAMES ? ` and ${tls.names.length - NAMES} more` : ''
  const names = tls.names.slice(0, NAMES).join(', ') + more
  const days = tls.days_left === null ? '' : daysLeft(tls.days_left)
  const style = tls.days_left === null || tls.days_left > 21 ? 'plain' : tls.days_left < 0 ? 'bad' : 'warning'
  const valid = `${leaf.valid_from.slice(0, 10)} to ${leaf.valid_to.slice(0, 10)}${days}`
  return [
    ...renderEntry('subject', stripControl(leaf.subject), options),
    ...(names === '' ? [] : renderEntry('names', stripControl(names), options)),
    ...renderEntry('issuer', stripControl(leaf.issuer), options),
    ...renderEntry('valid', valid, options, style),
    ...renderEntry('key', leaf.key, options),
    ...renderEntry('sha256', leaf.sha256.replaceAll(':', '').toLowerCase(), options),
    ...(tls.chain.length > 1 ? renderEntry('chain', chainText(tls.chain), options) : []),
  ]
}

function chainText(chain: readonly CertificateFacts[]): string {
  return chain.map(({subject}) => shorten(stripControl(subject), 60)).join(' ← ')
}

function daysLeft(days: number): string {
  if (days < 0) return `, expired ${plural(-days, 'day')} ago`
  return `, ${plural(days, 'day')} left`
}

function renderTrust(tls: TlsFacts, options: TextOptions): string[] {
  const extras = [
    tls.resumed ? ['resumed the session'] : [],
    tls.client_certificate_requested ? ['the server asks for a client certificate'] : [],
    tls.ocsp === undefined || tls.ocsp === 'absent' ? [] : [`stapled OCSP: ${tls.ocsp}`],
  ].flat()
  const text = tls.trusted ? 'yes' : `no: ${tls.problems.join(', ') || 'not verified'}`
  return [
    ...renderEntry('trusted', text, options, tls.trusted ? 'good' : 'bad'),
    ...(extras.length > 0 ? renderEntry('also', extras.join('; '), options) : []),
  ]
}

export function renderDns(dns: DnsFacts, options: TextOptions): string[] {
  const {style} = options
  const {name, type, class: dnsClass} = dns.question
  const good = dns.rcode === 'NOERROR'
  const cut = dns.truncated ? ', after a truncated UDP answer' : ''
  const rejected = dns.rejected > 0 ? `, ${plural(dns.rejected, 'foreign answer')} rejected` : ''
  return [
    style('strong', 'dns'),
    ...renderEntry('question', `${stripControl(name)} ${dnsClass} ${type}`, options),
    ...renderEntry('rcode', dns.rcode, options, good ? 'good' : 'bad'),
    ...(dns.flags.length > 0 ? renderEntry('flags', dns.flags.join(' '), options) : []),
    ...renderEntry(
      'from',
      `${dns.resolver} over ${dns.transport}, ${dns.bytes} octets${cut}${rejected}`,
      options,
    ),
    ...renderSection('answer', dns.sections.answer, options),
    ...renderSection('authority', dns.sections.authority, options),
    ...renderSection('additional', dns.sections.additional, options),
  ]
}

/** Columns as in a zone file: name, TTL, type, data; the data is cut to the width. */
function renderSection(title: string, records: readonly DnsRecord[], {style, width}: TextOptions): string[] {
  if (records.length === 0) return []
  const shown = records.slice(0, RECORDS).map((record) => ({...record, name: stripControl(record.name)}))
  const column = (texts: readonly string[]): number => Math.max(...texts.map(displayWidth))
  const name = Math.min(40, column(shown.map((record) => record.name)))
  const ttl = column(shown.map((record) => String(record.ttl)))
  const type = column(shown.map((record) => record.type))
  const lines = shown.map((record) => {
    const head = `    ${record.name.padEnd(name)}  ${String(record.ttl).padStart(ttl)}  ${record.type.padEnd(type)}  `
    return head + shorten(stripControl(record.data), Math.max(20, width - displayWidth(head)))
  })
  const rest = records.length - shown.length
  return [`  ${style('dim', title)}`, ...lines, ...(rest > 0 ? [`    and ${rest} more`] : [])]
}
