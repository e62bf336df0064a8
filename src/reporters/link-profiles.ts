/** Link profiles as text and as JSON. */
import {tableSpread} from '../core/delay-table.ts'
import type {LinkProfile} from '../core/link-profile.ts'
import {type Millis, formatDuration, formatPercent, formatRate} from '../core/units.ts'

export interface ListedProfile {
  readonly name: string
  readonly profile: LinkProfile
  readonly source: string
  readonly about: string
}

const HEAD = ['name', 'down', 'up', 'rtt', 'jitter', 'loss', 'source', 'about'] as const

export function renderProfiles(profiles: readonly ListedProfile[]): string {
  const rows = [HEAD, ...profiles.map(profileCells)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
    .concat('\n')
}

/** The cells of a profile's row, in the order of the list; what isn't there is a dash. */
export function profileCells({name, profile, source, about}: ListedProfile): readonly string[] {
  const {down, up, rtt, jitter, loss} = profile
  return [
    name,
    down === null ? '-' : formatRate(down),
    up === null ? '-' : formatRate(up),
    formatDuration(rtt),
    jitter === 0 ? '-' : formatDuration(jitter),
    loss === null ? '-' : formatPercent(lostShare(profile)),
    source,
    about,
  ]
}

/** Times are milliseconds, rates bits per second, shares between 0 and 1. */
export function profilesJson(profiles: readonly ListedProfile[]): string {
  const documents = profiles.map(({name, profile, source, about}) => {
    const {down, up, rtt, jitter, duplicate} = profile
    const loss = lostShare(profile)
    const figures = {down, up, rtt, jitter, rtt_stddev: deviationOf(profile), loss, duplicate}
    return {name, source, about, ...figures}
  })
  return JSON.stringify({schema: 'netdrill/link-profiles/1', profiles: documents}, null, 2)
}

function deviationOf({jitter, distribution}: LinkProfile): Millis {
  if (typeof distribution === 'object') return jitter * tableSpread(distribution)
  return distribution === 'uniform' ? jitter / Math.sqrt(3) : jitter
}

function lostShare({loss}: LinkProfile): number {
  if (loss === null) return 0
  return loss.model === 'random' ? loss.chance : (loss.p / (loss.p + loss.r)) * loss.badLoss
}
