/**
 * Kinds of links as values of a `netem` fault. The figures of all but the last two are WebPageTest's connectivity profiles,
 * which the throttling tools share; the rate is that of the uplink, since a fault shapes what leaves. `satellite` is a geostationary
 * one: four times 35,786 km at the speed of light are 477ms. `wifi-poor` is our own idea of a room too far away.
 */
export const LINK_PROFILES = {
  dialup: {rtt: '120ms', rate: '30kbit'},
  edge: {rtt: '840ms', rate: '200kbit'},
  '2g': {rtt: '800ms', rate: '256kbit'},
  '3g-slow': {rtt: '400ms', rate: '400kbit'},
  '3g': {rtt: '300ms', rate: '768kbit'},
  '3g-fast': {rtt: '150ms', rate: '768kbit'},
  '4g': {rtt: '170ms', rate: '9mbit'},
  lte: {rtt: '70ms', rate: '12mbit'},
  dsl: {rtt: '50ms', rate: '384kbit'},
  cable: {rtt: '28ms', rate: '1mbit'},
  fiber: {rtt: '4ms', rate: '5mbit'},
  satellite: {rtt: '600ms', rate: '3mbit'},
  'wifi-poor': {rtt: '40ms', jitter: '15ms', loss: '5%', rate: '5mbit'},
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>

export type LinkProfile = keyof typeof LINK_PROFILES

export const LINK_PROFILE_NAMES = Object.keys(LINK_PROFILES) as readonly LinkProfile[]
