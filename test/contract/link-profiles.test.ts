/** The table of link profiles in the documentation is the registry, and the registry has the figures of its sources. */
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {listProfiles} from '../../src/app/link-profiles.ts'
import {namedProfile} from '../../src/config/link-profiles/registry.ts'
import {profileCells} from '../../src/reporters/link-profiles.ts'

const text = readFileSync(fileURLToPath(new URL('../../docs/link-profiles.md', import.meta.url)), 'utf8')
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| `') && line.split('|').length === 10)
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  )

/** sitespeed.io throttle: name, down, up (kbit/s), rtt (ms). Its 3gem is its 3gslow. */
const THROTTLE: readonly (readonly [string, string, number, number, number])[] = [
  ['3g', '3g', 1600, 768, 150],
  ['3g-fast', '3gfast', 1600, 768, 75],
  ['3g-slow', '3gslow', 400, 400, 200],
  ['2g', '2g', 280, 256, 400],
  ['cable', 'cable', 5000, 1000, 14],
  ['dsl', 'dsl', 1500, 384, 25],
  ['4g', '4g', 9000, 9000, 85],
  ['lte', 'lte', 12_000, 12_000, 35],
  ['edge', 'edge', 240, 200, 420],
  ['dialup', 'dial', 49, 30, 60],
  ['fiber', 'fois', 20_000, 5000, 2],
]

/** Comcast: name, latency (ms), bandwidth (kbit/s), loss (%). */
const COMCAST: readonly (readonly [string, string, number, number | null, number])[] = [
  ['gprs-good', 'GPRS (good)', 500, 50, 2],
  ['edge-good', 'EDGE (good)', 300, 250, 1.5],
  ['hsdpa-good', '3G/HSDPA (good)', 250, 750, 1.5],
  ['dialup-good', 'DIAL-UP (good)', 185, 40, 2],
  ['dsl-poor', 'DSL (poor)', 70, 2000, 2],
  ['dsl-good', 'DSL (good)', 40, 8000, 0.5],
  ['wifi-good', 'WIFI (good)', 40, 30_000, 0.2],
  ['satellite', 'Satellite', 1500, null, 0.2],
]

describe('link profiles', () => {
  it('are in the documentation as they are in the registry', () => {
    expect(rows).toEqual(listProfiles().map((one) => profileCells(one)))
  })

  it.each(THROTTLE)('%s has the figures of throttle %s', (...row) => {
    const [name, theirs, down, up, rtt] = row
    expect(namedProfile(name)).toMatchObject({
      source: `throttle ${theirs}`,
      profile: {down: down * 1000, up: up * 1000, rtt, jitter: 0, loss: null},
    })
  })

  it.each(COMCAST)('%s has the figures of comcast %s', (...row) => {
    const [name, theirs, rtt, rate, loss] = row
    const bits = rate === null ? null : rate * 1000
    expect(namedProfile(name)).toMatchObject({
      source: `comcast ${theirs}`,
      profile: {down: bits, up: bits, rtt, jitter: 0, loss: {model: 'random', chance: loss / 100}},
    })
  })

  it('have a source each, and those of our own say why', () => {
    const own = listProfiles().filter(({source}) => source === 'netdrill')
    expect(own.map(({name}) => name)).toEqual(['geostationary', 'wifi-poor'])
    expect(listProfiles()).toHaveLength(THROTTLE.length + COMCAST.length + own.length)
  })
})
