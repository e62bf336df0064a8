/** What the probes learned about a service, as compact blocks of text. */
import type {ComparedResolver, DnsFacts, DnsRecord} from '../core/facts.ts'
import {shorten, stripControl} from '../core/text.ts'
import {displayWidth} from '../core/width.ts'
import {type TextOptions, plural, renderEntry} from './probe-text.ts'

const RECORDS = 40

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
    ...renderExtras(dns, options),
    ...renderCompared(dns.compared ?? [], options),
    ...renderSection('answer', dns.sections.answer, options),
    ...renderSection('authority', dns.sections.authority, options),
    ...renderSection('additional', dns.sections.additional, options),
  ]
}

/** What was asked for beside the records. */
function renderExtras(dns: DnsFacts, options: TextOptions): string[] {
  const {nsid, subnet, cookie, errors = [], signatures = []} = dns
  const asked = (name: string, value: string | null | undefined): string[] =>
    value === undefined ? [] : renderEntry(name, value === null ? 'none' : stripControl(value), options)
  return [
    ...asked('nsid', nsid),
    ...asked('subnet', subnet),
    ...asked('cookie', cookie),
    ...errors.flatMap((error) => renderEntry('error', error, options, 'bad')),
    ...signatures.flatMap(({covers, signer, valid_to: end, days_left: days}) => {
      const left = days < 0 ? `ended ${plural(-days, 'day')} ago` : `${plural(days, 'day')} left`
      const text = `${covers} by ${stripControl(signer)} until ${end.slice(0, 10)}, ${left}`
      return renderEntry('signed', text, options, days < 0 ? 'bad' : 'plain')
    }),
  ]
}

/** One line per resolver; who differs is marked by a word, not by colour alone. */
function renderCompared(compared: readonly ComparedResolver[], {style, width}: TextOptions): string[] {
  if (compared.length === 0) return []
  const longest = Math.max(...compared.map(({resolver}) => resolver.length))
  const lines = compared.map(({resolver, differs, answers, rcode, code, rtt, serial}) => {
    const time = rtt === null ? '-' : `${rtt.toFixed(1)} ms`
    const said = answers.length > 0 ? answers.toSorted().join(', ') : (rcode ?? '')
    const about = serial === null ? said : `serial ${serial}`
    const mark = differs ? 'differs' : code === null ? 'same' : code
    const head = `    ${resolver.padEnd(longest)}  ${time.padStart(9)}  `
    const tail = `${mark}  ${shorten(stripControl(about), Math.max(12, width - head.length - mark.length - 2))}`
    return head + style(differs || code !== null ? 'bad' : 'good', tail.trimEnd())
  })
  return [`  ${style('dim', 'resolvers')}`, ...lines]
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
