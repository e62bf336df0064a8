/** What ping found out beyond its round trips. */
import type {PingFacts} from '../core/facts.ts'
import {stripControl} from '../core/text.ts'
import {type TextOptions, renderEntry} from './probe-text.ts'

/** A few words about one reply. */
export function pingWords({ttl, bytes, mtu}: PingFacts): string {
  const hops = ttl === null ? `${bytes} octets` : `ttl ${ttl}`
  return mtu === undefined ? hops : `${hops}  path MTU ${mtu}`
}

/** The path MTU and how it was found; nothing when it was not searched for. */
export function renderPing({mtu, search}: PingFacts, options: TextOptions): string[] {
  if (mtu === undefined || !search) return []
  const {link, over, named_by: namer, silent, complete, packets} = search
  const own = link === null || link === mtu ? '' : `, the own link takes ${link}`
  const parts = [
    `${mtu} octets${link === mtu ? ', as the own link' : own}`,
    namer === null ? '' : `named by ${stripControl(namer)}`,
    silent ? 'larger packets vanish in silence' : '',
    complete || over === null ? '' : `${over} did not get through, between the two was not tried`,
    `${packets} packet${packets === 1 ? '' : 's'}`,
  ]
  return renderEntry('path mtu', parts.filter((part) => part !== '').join('; '), options)
}
