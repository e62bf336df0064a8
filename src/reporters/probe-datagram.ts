/** What probes over datagrams found out, as compact blocks of text. */
import type {UdpFacts} from '../core/facts.ts'
import {stripControl} from '../core/text.ts'
import {type TextOptions, plural, renderEntry} from './probe-text.ts'

export function renderUdp(udp: UdpFacts, options: TextOptions): string[] {
  const {state, reply, size, sent, preset, foreign, foreign_from: stranger} = udp
  const style = state === 'open' ? 'good' : state === 'closed' ? 'bad' : 'warning'
  const request = preset === null ? '' : ` (${preset} request)`
  const datagram = sent === 0 ? 'an empty datagram' : plural(sent, 'octet')
  const strangers = `${plural(foreign, 'datagram')} from elsewhere, last ${stranger ?? '-'}`
  return [
    options.style('strong', 'udp'),
    ...(state === null ? [] : renderEntry('state', state, options, style)),
    ...renderEntry('sent', `${datagram}${request} from ${udp.local}`, options),
    ...(size === null ? [] : renderEntry('reply', plural(size, 'octet'), options)),
    ...(reply === null || reply === '' ? [] : renderEntry('', stripControl(reply), options)),
    ...(foreign > 0 ? renderEntry('foreign', strangers, options, 'warning') : []),
  ]
}
