/** Kinds of links by name, with where their figures come from. A recorded profile is a file of the same kind. */
import type {LinkProfile} from '../../core/link-profile.ts'

interface NamedProfile {
  readonly profile: LinkProfile
  /** The project whose figures these are, and how it calls them; `netdrill` for those of our own. */
  readonly source: string
  readonly about: string
}

interface Figures {
  /** kbit per second; absent: not limited. */
  readonly down?: number
  readonly up?: number
  /** Milliseconds, of a round trip. */
  readonly rtt: number
  readonly jitter?: number
  /** Percent. */
  readonly loss?: number
}

function profileOf({down, up, rtt, jitter = 0, loss = 0}: Figures): LinkProfile {
  return {
    rtt,
    jitter,
    distribution: 'uniform',
    loss: loss === 0 ? null : {model: 'random', chance: loss / 100, correlation: 0},
    duplicate: 0,
    keepOrder: true,
    up: up === undefined ? null : up * 1000,
    down: down === undefined ? null : down * 1000,
  }
}

/** sitespeed.io throttle, profiles of its command line; it puts half of `rtt` on each direction. */
function throttle(name: string, about: string, figures: Figures): NamedProfile {
  return {profile: profileOf(figures), source: `throttle ${name}`, about}
}

/** Comcast, the table in its README: one latency, added to what leaves, and one bandwidth. */
function comcast(name: string, about: string, [rtt, kbit, loss]: readonly [number, number | null, number]) {
  const rate = kbit === null ? {} : {down: kbit, up: kbit}
  return {profile: profileOf({...rate, rtt, loss}), source: `comcast ${name}`, about}
}

export const LINK_PROFILES = {
  dialup: throttle('dial', 'a modem', {down: 49, up: 30, rtt: 60}),
  edge: throttle('edge', 'mobile, 2.75G', {down: 240, up: 200, rtt: 420}),
  '2g': throttle('2g', 'mobile', {down: 280, up: 256, rtt: 400}),
  '3g-slow': throttle('3gslow', 'mobile, also called 3gem', {down: 400, up: 400, rtt: 200}),
  '3g': throttle('3g', 'mobile', {down: 1600, up: 768, rtt: 150}),
  '3g-fast': throttle('3gfast', 'mobile', {down: 1600, up: 768, rtt: 75}),
  '4g': throttle('4g', 'mobile', {down: 9000, up: 9000, rtt: 85}),
  lte: throttle('lte', 'mobile', {down: 12_000, up: 12_000, rtt: 35}),
  dsl: throttle('dsl', 'a telephone line', {down: 1500, up: 384, rtt: 25}),
  cable: throttle('cable', 'television cable', {down: 5000, up: 1000, rtt: 14}),
  fiber: throttle('fois', 'fibre to the home', {down: 20_000, up: 5000, rtt: 2}),
  'gprs-good': comcast('GPRS (good)', 'mobile, 2.5G, with loss', [500, 50, 2]),
  'edge-good': comcast('EDGE (good)', 'mobile, 2.75G, with loss', [300, 250, 1.5]),
  'hsdpa-good': comcast('3G/HSDPA (good)', 'mobile, 3.5G, with loss', [250, 750, 1.5]),
  'dialup-good': comcast('DIAL-UP (good)', 'a modem, with loss', [185, 40, 2]),
  'dsl-poor': comcast('DSL (poor)', 'a telephone line, with loss', [70, 2000, 2]),
  'dsl-good': comcast('DSL (good)', 'a telephone line, with loss', [40, 8000, 0.5]),
  'wifi-good': comcast('WIFI (good)', 'wireless, with loss', [40, 30_000, 0.2]),
  satellite: comcast('Satellite', 'by satellite, with loss', [1500, null, 0.2]),
  geostationary: {
    profile: profileOf({down: 25_000, up: 3000, rtt: 600}),
    source: 'netdrill',
    about: 'one satellite: four times 35786 km at the speed of light are 477ms, and its equipment',
  },
  'wifi-poor': {
    profile: profileOf({down: 5000, up: 5000, rtt: 40, jitter: 15, loss: 5}),
    source: 'netdrill',
    about: 'wireless, a room too far away',
  },
} as const satisfies Readonly<Record<string, NamedProfile>>

export const LINK_PROFILE_NAMES = Object.keys(LINK_PROFILES) as readonly (keyof typeof LINK_PROFILES)[]

export function namedProfile(name: string): NamedProfile | null {
  return Object.hasOwn(LINK_PROFILES, name) ? LINK_PROFILES[name as keyof typeof LINK_PROFILES] : null
}
