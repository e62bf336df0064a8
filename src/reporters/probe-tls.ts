/** What a probe learned about a TLS server: session, certificates, trust, and what else it offers. */
import type {CertificateFacts, StarttlsFacts, TlsFacts} from '../core/facts.ts'
import {stripControl} from '../core/text.ts'
import {cutToWidth} from '../core/width.ts'
import {renderOffers} from './probe-tls-offers.ts'
import {LABEL_WIDTH, type TextOptions, formatRtt, plural, renderEntry} from './probe-text.ts'

/** More names than this are counted: a certificate may have hundreds. */
const NAMES = 12

export function renderTls(tls: TlsFacts, options: TextOptions): string[] {
  const session = [tls.version, tls.cipher, tls.group, tls.alpn === null ? null : `alpn ${tls.alpn}`]
  const known = session.filter((part) => part !== null).join('  ')
  const [leaf] = tls.chain
  return [
    options.style('strong', 'tls'),
    ...(tls.starttls ? renderStarttls(tls.starttls, options) : []),
    ...(known === '' ? [] : renderEntry('session', known, options)),
    ...(tls.sni === null ? [] : renderEntry('sni', tls.sni, options)),
    ...(leaf ? renderLeaf(leaf, tls, options) : []),
    ...renderOcsp(tls, options),
    ...renderResumption(tls, options),
    ...(tls.client_certificate_requested
      ? renderEntry('also', 'the server asks for a client certificate', options)
      : []),
    ...(tls.enumeration ? ['', ...renderOffers(tls.enumeration, options)] : []),
  ]
}

/** The way to the handshake; of one that failed, how far it came. */
function renderStarttls(
  {protocol, steps, of, took_ms: took, agreed}: StarttlsFacts,
  options: TextOptions,
): string[] {
  const names = steps.map(({name}) => name).join(', ')
  const how = agreed ? `in ${formatRtt(took)}` : `step ${steps.length} of ${of} failed`
  return renderEntry('starttls', `${protocol}: ${names}; ${how}`, options, agreed ? 'plain' : 'bad')
}

function renderLeaf(leaf: CertificateFacts, tls: TlsFacts, options: TextOptions): string[] {
  const more = tls.names.length > NAMES ? ` and ${tls.names.length - NAMES} more` : ''
  const names = tls.names.slice(0, NAMES).join(', ') + more
  const days = tls.days_left === null ? '' : daysLeft(tls.days_left)
  const style = tls.days_left === null || tls.days_left > 21 ? 'plain' : tls.days_left < 0 ? 'bad' : 'warning'
  const valid = `${leaf.valid_from.slice(0, 10)} to ${leaf.valid_to.slice(0, 10)}${days}`
  const text = tls.trusted ? 'yes' : `no: ${tls.problems.join(', ') || 'not verified'}`
  return [
    ...renderEntry('subject', stripControl(leaf.subject), options),
    ...(names === '' ? [] : renderEntry('names', stripControl(names), options)),
    ...renderEntry('issuer', stripControl(leaf.issuer), options),
    ...renderEntry('valid', valid, options, style),
    ...renderEntry('key', leaf.key, options),
    ...renderEntry('sha256', leaf.sha256.replaceAll(':', '').toLowerCase(), options),
    ...(tls.chain.length > 1 ? renderChain(tls.chain, options) : []),
    ...renderEntry('trusted', text, options, tls.trusted ? 'good' : 'bad'),
  ]
}

/** One line per certificate as it was sent, the leaf first. */
function renderChain(chain: readonly CertificateFacts[], {style, width}: TextOptions): string[] {
  return chain.map(({subject, key, valid_to: until}, index) => {
    const label = style('dim', (index === 0 ? 'chain' : '').padEnd(LABEL_WIDTH))
    const tail = `  ${key}, until ${until.slice(0, 10)}`
    const branch = index === 0 ? '' : `${' '.repeat(2 * (index - 1))}└ `
    const room = Math.max(16, width - LABEL_WIDTH - 3 - branch.length - tail.length)
    return `  ${label} ${branch}${cutToWidth(stripControl(subject), room)}${style('dim', tail)}`
  })
}

function daysLeft(days: number): string {
  if (days < 0) return `, expired ${plural(-days, 'day')} ago`
  return `, ${plural(days, 'day')} left`
}

/** Most servers staple nothing, and need not: that is not worth a line unless the certificate demands it. */
function renderOcsp(
  {ocsp, ocsp_response: response, must_staple: demanded}: TlsFacts,
  options: TextOptions,
): string[] {
  if (ocsp === undefined || ocsp === 'absent') {
    const missing = 'nothing stapled, although the certificate demands it: some clients will refuse'
    return demanded ? renderEntry('ocsp', missing, options, 'bad') : []
  }
  if (!response) return renderEntry('ocsp', `stapled, but ${ocsp}: it proves nothing`, options, 'warning')
  const next = response.next_update === null ? '' : `, newer by ${response.next_update.slice(0, 10)}`
  const revoked = response.revoked_at === null ? '' : ` on ${response.revoked_at.slice(0, 10)}`
  const text = `stapled: ${ocsp}${revoked}, as of ${response.this_update.slice(0, 10)}${next}`
  return renderEntry('ocsp', text, options, ocsp === 'good' ? 'good' : 'bad')
}

function renderResumption({resumption, resumed}: TlsFacts, options: TextOptions): string[] {
  if (!resumption) return resumed ? renderEntry('resumed', 'yes', options) : []
  const {offered, accepted, full_ms: full, resumed_ms: short, saved_ms: saved} = resumption
  if (!offered) return renderEntry('resumed', 'no: the server gave no session to take up', options, 'warning')
  if (!accepted || short === null || saved === null) {
    return renderEntry('resumed', 'no: the server gave a session, but did not take it up', options, 'warning')
  }
  const won = saved >= 0 ? `${formatRtt(saved)} saved` : `${formatRtt(-saved)} longer`
  const text = `yes: handshake in ${formatRtt(short)} instead of ${formatRtt(full)}, ${won}`
  return renderEntry('resumed', text, options, 'good')
}
