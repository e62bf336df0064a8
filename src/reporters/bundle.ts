/** What is in a bundle: for the terminal, for its own table of contents, as JSON. */
import {formatBytes} from '../core/units.ts'
import {type TextCell, renderTextTable} from './text-table.ts'
import {chooseStyle} from './style.ts'

export interface BundleEntry {
  readonly name: string
  readonly what: string
  /** null when it could not be had. */
  readonly bytes: number | null
  readonly because?: string
}

export interface BundleView {
  /** null when nothing was written. */
  readonly file: string | null
  /** Of the archive. */
  readonly bytes: number | null
  readonly entries: readonly BundleEntry[]
  readonly keptAddresses: boolean
}

export interface BundleOptions {
  readonly width: number
  readonly color: boolean
  readonly verbose: boolean
}

const KINDS = ['interfaces', 'mptcp', 'connections', 'errors', 'actions', 'system', 'documents'] as const

export function renderBundle(view: BundleView, {width, color, verbose}: BundleOptions): string {
  const style = chooseStyle(color)
  const there = view.entries.filter(({bytes}) => bytes !== null)
  const missing = view.entries.filter(({bytes}) => bytes === null)
  const rows = KINDS.flatMap((kind) => {
    const files = there.filter(({name}) => name.startsWith(`${kind}/`))
    if (files.length === 0) return [[{text: kind}, {text: '–', style: 'dim' as const}, {text: 'nothing'}]]
    const size = files.reduce((sum, {bytes}) => sum + (bytes ?? 0), 0)
    const names = files.map(({name}) => name.slice(kind.length + 1).replace(/\.\w+$/, ''))
    return [[{text: kind}, {text: formatBytes(size)}, {text: shortList(names, verbose)}]]
  })
  const table = renderTextTable(rows as readonly (readonly TextCell[])[], width, style)
  const absent = verbose
    ? missing.map(({name, because}) => style('dim', `  not available: ${name}: ${because ?? ''}`))
    : missing.length > 0
      ? [style('dim', `  ${missing.length} not available here; INDEX.md says why, and so does --verbose`)]
      : []
  const place =
    view.file === null
      ? 'nothing was written; without --list it goes into one archive'
      : `${style('strong', view.file)}  ${formatBytes(view.bytes ?? 0)}`
  return `${[...table, ...absent, '', place, ...advice(view)].join('\n')}\n`
}

function advice({file, keptAddresses}: BundleView): readonly string[] {
  if (file === null) return []
  const inside = keptAddresses
    ? 'Addresses are as they are; what looks like a secret was taken out.'
    : 'Addresses have other names, what looks like a secret was taken out; names of hosts are as they are.'
  return [inside, `Look at it before you share it: tar -xzf ${file}`]
}

function shortList(names: readonly string[], all: boolean): string {
  const most = all ? names.length : 6
  const rest = names.length - most
  return `${names.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** The table of contents that goes into the bundle. */
export function renderBundleIndex(
  entries: readonly BundleEntry[],
  about: {readonly version: string; readonly made: string; readonly keptAddresses: boolean},
): string {
  const rows = entries.map(({name, what, bytes, because}) =>
    bytes === null
      ? `| ${name} | ${what} | not available: ${because ?? ''} |`
      : `| ${name} | ${what} | ${formatBytes(bytes)} |`,
  )
  const addresses = about.keptAddresses
    ? 'Addresses are as they are.'
    : 'The same address has the same name everywhere, such as private4-1.2: its class, its network (/24 or /64), itself.'
  return `${[
    '# Evidence of a network problem',
    '',
    `Made by netdrill ${about.version} at ${about.made}. ${addresses}`,
    'What looks like a secret was replaced by [redacted]. Each piece was asked for once and nothing was changed.',
    '',
    '| file | what | size |',
    '|---|---|---|',
    ...rows,
  ].join('\n')}\n`
}

export function bundleJson({file, bytes, entries, keptAddresses}: BundleView): string {
  const document = {schema: 'netdrill/bundle/1', file, bytes, addresses_kept: keptAddresses, entries}
  return `${JSON.stringify(document, null, 2)}\n`
}
