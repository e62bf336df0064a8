/** A Node for npm itself where the system's is too old: npm on an old Node warns, and chooses old packages. */
import {existsSync} from 'node:fs'
import {mkdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {isNewEnough, lockedNodeVersion} from './node-version.mjs'
import {runNpm} from './npm.mjs'
import {cache} from './paths.mjs'
import {SetUpError, step} from './say.mjs'

/** The Node that npm shall run on: this one when it is new enough, else one that is fetched into the cache once. */
export async function nodeForNpm() {
  // The one in node_modules would be removed under npm's feet.
  const isOurs = process.execPath.includes(join('node_modules', 'node'))
  if (!isOurs && isNewEnough(process.versions.node)) return process.execPath
  const version = lockedNodeVersion()
  const node = join(cache, 'node', version, 'bin', 'node')
  if (existsSync(node)) return node
  await step(`fetching Node ${version}`, () => fetchNode(version, node))
  return node
}

/** The platform's package holds nothing but Node, has no dependencies and no scripts. */
async function fetchNode(version, node) {
  const name = `node-${process.platform}-${process.arch}`
  const work = join(cache, `node-${process.pid}`)
  await mkdir(work, {recursive: true})
  try {
    const spec = `${name}@${version}`
    runNpm(process.execPath, [
      'install',
      '--prefix',
      work,
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      spec,
    ])
  } catch (error) {
    const hint = `This Node is ${process.version}; install a newer one yourself if the registry has none for this machine.`
    throw new SetUpError(`${error.message}\n${hint}`)
  }
  const home = join(cache, 'node', version)
  await rm(home, {recursive: true, force: true})
  await mkdir(join(cache, 'node'), {recursive: true})
  await rename(join(work, 'node_modules', name), home)
  await rm(work, {recursive: true, force: true})
  if (!existsSync(node)) throw new SetUpError(`the package ${name} has no bin/node`)
}
