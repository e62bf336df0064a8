/** Whether node_modules is what the lock file says, and what to do when it is not. */
import {createHash} from 'node:crypto'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {inRoot, projectNode} from './paths.mjs'
import {step} from './say.mjs'

/** Goes away with node_modules, so it can't speak for another installation. */
const STAMP = inRoot('node_modules', '.set-up')

/** What of package.json decides about node_modules; a changed script is no reason to install again. */
const RELEVANT = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides', 'allowScripts']

/** True when the last installation was that of the present lock file. */
export function areDependenciesThere() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()
}

/** Installs what the lock file lists unless that is what is there. */
export async function setUpDependencies() {
  if (areDependenciesThere()) return
  if (!wasInstalledByHand()) {
    const [{nodeForNpm}, {runNpm}] = await Promise.all([import('./local-node.mjs'), import('./npm.mjs')])
    const node = await nodeForNpm()
    await step('installing packages', () => runNpm(node, ['ci', '--loglevel=error']))
  }
  writeFileSync(STAMP, fingerprint())
}

function fingerprint() {
  const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'))
  const hash = createHash('sha256').update(readFileSync(inRoot('package-lock.json')))
  return hash.update(JSON.stringify(RELEVANT.map((key) => manifest[key]))).digest('hex')
}

/** npm notes what it installed; the same versions as in the lock file mean that somebody ran npm before us. */
function wasInstalledByHand() {
  const noted = inRoot('node_modules', '.package-lock.json')
  if (!existsSync(noted) || !existsSync(projectNode)) return false
  const installed = JSON.parse(readFileSync(noted, 'utf8')).packages
  const wanted = Object.entries(JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages)
  return wanted.every(
    ([path, entry]) =>
      path === '' || (installed[path] ? installed[path].version === entry.version : Boolean(entry.optional)),
  )
}
