/** What conditions of a drill can name beside targets, groups and peers: rules of alerts, and receivers in its lab. */
import type {LoadedDocument, Path} from '../config/load.ts'
import {UserError} from '../core/errors.ts'
import {ALERT_PRESETS} from '../policies/alerts/presets.ts'
import {entriesOf} from '../policies/alerts/read-alerts.ts'
import type {NetdrillDocument} from './document-schema.ts'

type Document = LoadedDocument<NetdrillDocument>

/** Throws CONFIG_INVALID for a name that means two things. */
export function readNames(document: Document, taken: readonly string[]): readonly string[] {
  const known = new Set(taken)
  const names = [...ruleNames(document), ...webhookNames(document)]
  for (const {name, what, path} of names) {
    if (!known.has(name)) continue
    throw new UserError({
      code: 'CONFIG_INVALID',
      message: `${name} is a target or group and ${what}`,
      position: document.positionOf(path),
      advice: ['give one of them another name'],
    })
  }
  return names.map(({name}) => name)
}

interface Named {
  readonly name: string
  readonly what: string
  readonly path: Path
}

function ruleNames({value}: Document): readonly Named[] {
  const rules = value.alerts ? entriesOf(value.alerts) : []
  return rules.flatMap(({entry, path}) => {
    const names =
      entry.preset === undefined
        ? [entry.name ?? entry.alert ?? '']
        : ALERT_PRESETS[entry.preset].map(({name}) => name)
    return names.map((name) => ({name, what: 'an alert', path}))
  })
}

function webhookNames({value}: Document): readonly Named[] {
  return Object.entries(value.lab?.servers ?? {}).flatMap(([name, {kind}]) =>
    kind === 'webhook' ? [{name, what: 'a receiver of webhooks', path: ['lab', 'servers', name]}] : [],
  )
}
