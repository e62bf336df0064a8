/** Edits of a drill's document by paths, such as `groups.uplink.failback.policy`. */
import {parseDocument} from 'yaml'

export interface Edit {
  readonly set: Readonly<Record<string, unknown>>
  readonly remove: readonly string[]
}

/** What says how a drill judges; an edit of that would prove nothing about the drill. */
const JUDGES = ['drill.expect', 'drill.steady', 'drill.budgets']

/**
 * The document with these values. Throws when a path leads nowhere: to something that is not there to be removed, or below
 * something that is not there; and when it would change how the drill judges.
 */
export function editDrill(text: string, {set, remove}: Edit): string {
  const document = parseDocument(text)
  for (const path of remove) {
    const keys = keysOf(path)
    if (!document.hasIn(keys)) throw new Error(`nothing to remove at ${path}`)
    document.deleteIn(keys)
  }
  for (const [path, value] of Object.entries(set)) {
    const keys = keysOf(path)
    const parent = keys.slice(0, -1)
    // A section that the drill does not have may be begun.
    if (parent.length > 1 && !document.hasIn(parent))
      throw new Error(`nothing to set something in at ${path}`)
    document.setIn(keys, document.createNode(value))
  }
  return document.toString()
}

/** Numbers are places in lists. */
function keysOf(path: string): readonly (string | number)[] {
  if (JUDGES.some((one) => path === one || path.startsWith(`${one}.`) || one.startsWith(`${path}.`)))
    throw new Error(`${path} is how the drill judges`)
  return path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))
}
