/** Finds a drill by bundled name or by file, and loads it. */
import {resolve} from 'node:path'
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {suggest} from '../core/text.ts'
import {readAlerts} from '../policies/alerts/read-alerts.ts'
import {METRICS} from '../reporters/metrics/definitions.ts'
import {BUNDLED_DRILLS, isBundled} from '../scenarios/bundled/registry.ts'
import type {DrillSpec} from '../scenarios/drill-spec.ts'
import {type LoadedDrill, loadDrill} from '../scenarios/load-drill.ts'
import {packageRoot} from '../system/package-root.ts'
import {readBeside} from './read-beside.ts'

export interface DrillText {
  readonly name: string
  readonly file: string
  readonly text: string
}

/** The text of a drill. Throws CONFIG_FILE when it is neither a bundled drill nor a readable file. */
export async function readDrillText(nameOrFile: string, ports: Pick<Ports, 'files'>): Promise<DrillText> {
  if (isBundled(nameOrFile)) {
    const file = resolve(packageRoot(), 'src/scenarios/bundled', BUNDLED_DRILLS[nameOrFile].file)
    const text = await ports.files.readText(file)
    if (text !== null) return {name: nameOrFile, file: `${nameOrFile}.yaml`, text}
  }
  const text = await readOrNull(nameOrFile, ports)
  if (text !== null)
    return {name: nameOrFile.replace(/^.*\//, '').replace(/\.ya?ml$/, ''), file: nameOrFile, text}
  const names = Object.keys(BUNDLED_DRILLS)
  const near = suggest(nameOrFile, names)
  throw new UserError({
    code: 'CONFIG_FILE',
    message: `there is no bundled drill "${nameOrFile}" and no such file`,
    advice: [
      ...(near ? [`did you mean "${near}"?`] : []),
      `bundled drills: ${names.join(', ')} (netdrill drill list tells more)`,
    ],
  })
}

async function readOrNull(file: string, ports: Pick<Ports, 'files'>): Promise<string | null> {
  try {
    return await ports.files.readText(file)
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError({code: 'CONFIG_FILE', message: `${file} can not be read: ${because}`})
  }
}

/** `NAME=VALUE`, each name once. */
function readSettings(words: readonly string[]): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  for (const word of words) {
    const at = word.indexOf('=')
    const name = word.slice(0, at).trim()
    if (at < 1 || settings.has(name)) {
      const message = at < 1 ? `--set ${word} is not NAME=VALUE` : `--set ${name} is given twice`
      throw new UserError({code: 'USAGE_INVALID', message, advice: ['such as --set target=10.0.0.2:443']})
    }
    settings.set(name, word.slice(at + 1))
  }
  return settings
}

/** Reads and checks a drill; `set` holds NAME=VALUE for its variables. Throws `UserError` with every mistake in it. */
export async function findDrill(
  nameOrFile: string,
  ports: Pick<Ports, 'files' | 'host'>,
  set: readonly string[] = [],
): Promise<LoadedDrill> {
  const source = await readDrillText(nameOrFile, ports)
  const read = readBeside(source.file, ports.files)
  const env = (name: string): string | undefined => ports.host.env(name)
  const loaded = await loadDrill({...source, env, read, set: readSettings(set)})
  return {...loaded, spec: await withAlerts(loaded)}
}

/** Throws a `UserError` for rules that make no sense, such as one over a series that nobody has. */
async function withAlerts({spec, alerts}: LoadedDrill): Promise<DrillSpec> {
  if (!alerts) return spec
  const targets = spec.targets.map(({name}) => name)
  return {...spec, alerts: await readAlerts([alerts], {metrics: METRICS, targets})}
}
