/** A link profile as text: a document that is read again, or a table for tc alone. Pure. */
import {renderDist} from '../../core/delay-table.ts'
import type {LinkProfile, ProfileLoss} from '../../core/link-profile.ts'
import {profileWay} from '../../core/link-profile.ts'
import type {Millis, Ratio} from '../../core/units.ts'

export interface ProfileText {
  readonly profile: LinkProfile
  /** Lines above it, for people. */
  readonly comments: readonly string[]
  /** What it was made from, in the words of the document. */
  readonly measured?: Readonly<Record<string, string | number>>
}

const PER_LINE = 16

export function writeProfile({profile, comments, measured}: ProfileText): string {
  const lines = [
    ...comments.map((line) => `# ${line}`.trimEnd()),
    'version: 1',
    'profile:',
    ...entriesOf(profile).map(([key, value]) => `  ${key}: ${value}`),
    ...tableLines(profile),
    ...(measured ? ['  measured:', ...measuredLines(measured)] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** For tc without netdrill: the table, and the words that go with it in its comments. */
export function writeDist({profile, comments}: ProfileText, name: string): string {
  const {rtt, jitter, distribution} = profile
  const table = typeof distribution === 'string' ? [] : distribution
  const way = profileWay(profile)
  return renderDist(table, [
    ...comments,
    `on one direction: netem delay ${exact(rtt)} ${exact(jitter)} distribution ${name}`,
    `on each of both:  netem delay ${exact(way.delay)} ${exact(way.jitter)} distribution ${name}`,
  ])
}

/** To the microsecond, which is what tc takes. */
export function exact(ms: Millis): string {
  return `${Number(ms.toFixed(3))}ms`
}

export function exactPercent(ratio: Ratio): string {
  return `${Number((ratio * 100).toFixed(4))}%`
}

function entriesOf(profile: LinkProfile): readonly (readonly [string, string])[] {
  const {rtt, jitter, distribution, loss, duplicate, keepOrder, up, down} = profile
  const named = typeof distribution === 'string' && distribution !== 'uniform' && jitter > 0
  return [
    ['rtt', exact(rtt)],
    ...(jitter > 0 ? ([['jitter', exact(jitter)]] as const) : []),
    ...(named ? ([['distribution', distribution]] as const) : []),
    ...(loss ? ([['loss', lossText(loss)]] as const) : []),
    ...(duplicate > 0 ? ([['duplicate', exactPercent(duplicate)]] as const) : []),
    ...(keepOrder ? [] : ([['keep_order', 'false']] as const)),
    ...(up === null ? [] : ([['up', `${up}bit`]] as const)),
    ...(down === null ? [] : ([['down', `${down}bit`]] as const)),
  ]
}

function lossText(loss: ProfileLoss): string {
  if (loss.model === 'random') return exactPercent(loss.chance)
  return `{gemodel: {p: ${exactPercent(loss.p)}, r: ${exactPercent(loss.r)}}}`
}

function tableLines({distribution, jitter}: LinkProfile): readonly string[] {
  if (typeof distribution === 'string' || jitter === 0) return []
  const rows = Math.ceil(distribution.length / PER_LINE)
  const lines = Array.from({length: rows}, (_, row) =>
    distribution.slice(row * PER_LINE, (row + 1) * PER_LINE).join(', '),
  )
  return ['  distribution: [', ...lines.map((line) => `    ${line},`), '  ]']
}

/** As JSON, which is YAML too, whatever the text holds. */
function measuredLines(measured: Readonly<Record<string, string | number>>): readonly string[] {
  return Object.entries(measured).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`)
}
