/** What a TLS server accepts, with the strength of each as a word and a colour. */
import {
  TLS_STRENGTHS,
  type TlsEnumeration,
  type TlsOffer,
  type TlsOrder,
  type TlsStrength,
} from '../core/facts.ts'
import {stripControl} from '../core/text.ts'
import {cutToWidth} from '../core/width.ts'
import {type TextOptions, formatRtt, plural, renderEntry} from './probe-text.ts'
import type {StyleName} from './style.ts'

const STYLES: Readonly<Record<TlsStrength, StyleName>> = {
  strong: 'good',
  acceptable: 'plain',
  weak: 'warning',
  broken: 'bad',
}
const WORD_WIDTH = Math.max(...TLS_STRENGTHS.map((word) => word.length))

/** A block per version, newest first, then the groups and the sum. */
export function renderOffers(found: TlsEnumeration, options: TextOptions): string[] {
  const {style} = options
  const {offers} = found
  const ciphers = widest(offers.flatMap((offer) => offer.ciphers))
  const groups = widest(offers.flatMap((offer) => offer.groups))
  return [
    style('strong', 'offers'),
    ...offers.flatMap((offer) => [
      titleLine(offer, offer.order, options),
      ...offer.ciphers.map((cipher) => row(cipher, ownGroup(cipher.group), ciphers, options)),
    ]),
    ...offers
      .filter((offer) => offer.groups.length > 0)
      .flatMap((offer) => [
        `  ${style('strong', `groups of ${offer.name}`)}${orderText(offer.group_order)}`,
        ...offer.groups.map((group) =>
          row(group, group.post_quantum ? 'post-quantum' : null, groups, options),
        ),
      ]),
    ...renderSum(found, options),
  ]
}

function widest(rows: readonly TlsOffer[]): number {
  return Math.max(0, ...rows.map(({name}) => name.length))
}

/** The named groups have a list of their own; one of the server's making is seen nowhere else. */
function ownGroup(group: string | null): string | null {
  return group?.startsWith('dhe') ? `DH ${group.slice(3)}` : null
}

function titleLine(version: TlsOffer, order: TlsOrder, {style}: TextOptions): string {
  const {name, strength, reason} = version
  const judged = reason === null ? '' : `  ${style(STYLES[strength], `${strength}: ${reason}`)}`
  return `  ${style('strong', name)}${judged}${orderText(order)}`
}

function orderText(order: TlsOrder): string {
  return order === null ? '' : `  in the ${order}'s order`
}

/** Strength, name, and what is behind it. */
function row(offer: TlsOffer, also: string | null, names: number, {style, width}: TextOptions): string {
  const {name, strength, reason} = offer
  const word = style(STYLES[strength], strength.padEnd(WORD_WIDTH))
  const head = 4 + WORD_WIDTH + 2 + names + 2
  // A group that is too small is the reason already.
  const parts = reason?.startsWith('DH of') ? [reason] : [also, reason]
  const tail = stripControl(parts.filter((part) => part !== null).join(', '))
  const shown = cutToWidth(tail, Math.max(8, width - head))
  return `    ${word}  ${name.padEnd(names)}  ${style('dim', shown)}`.trimEnd()
}

function renderSum(found: TlsEnumeration, options: TextOptions): string[] {
  const {weakest, unknown, stopped, connections, took_ms: took} = found
  const asked = `${plural(connections, 'connection')} in ${formatRtt(took)}`
  const worst = weakest === null ? 'nothing is accepted' : `${weakest}${culprits(found, weakest)}`
  return [
    ...renderEntry('weakest', worst, options, weakest === null ? 'bad' : STYLES[weakest]),
    ...(unknown.length > 0
      ? renderEntry('unknown', `no answer about ${unknown.join(', ')}`, options, 'warning')
      : []),
    ...(stopped === null
      ? []
      : renderEntry('partial', `given up: ${stripControl(stopped)}`, options, 'warning')),
    ...renderEntry('asked', asked, options),
  ]
}

const MOST_NAMED = 3

/** What has that strength: the reasons, each with one example. */
function culprits({offers}: TlsEnumeration, weakest: TlsStrength): string {
  if (weakest === 'strong') return ''
  const all = offers.flatMap((offer) => [offer, ...offer.ciphers, ...offer.groups])
  const examples = new Map<string, string>()
  for (const {strength, reason, name} of all) {
    if (strength === weakest && reason !== null && !examples.has(reason)) examples.set(reason, name)
  }
  const more = examples.size > MOST_NAMED ? `, and ${plural(examples.size - MOST_NAMED, 'other reason')}` : ''
  const named = [...examples].slice(0, MOST_NAMED).map(([reason, name]) => `${reason} (${name})`)
  return `: ${named.join(', ')}${more}`
}
