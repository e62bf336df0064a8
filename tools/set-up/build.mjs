/** Whether dist was built from the sources that are there, and building it when not. */
import {createHash} from 'node:crypto'
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {join, relative} from 'node:path'
import {inRoot, projectNode, root} from './paths.mjs'
import {SetUpError, step} from './say.mjs'

/** Written by tools/build.mjs as its last act. */
export const BUILD_STAMP = inRoot('dist', '.sources')

/** What the bundle is made from. */
const SOURCES = ['src', 'tools/build.mjs', 'tools/build', 'package.json', 'package-lock.json']

/** True when dist was built from the present sources. */
export function isBuilt() {
  return existsSync(BUILD_STAMP) && readFileSync(BUILD_STAMP, 'utf8') === sourcesFingerprint()
}

/** Builds dist unless it is that of the present sources. */
export async function setUpBuild() {
  if (!isBuilt()) await step('building', () => build())
}

/** A hash over names and contents of everything that goes into the bundle. */
export function sourcesFingerprint() {
  const hash = createHash('sha256')
  for (const path of SOURCES.flatMap(filesBelow)) hash.update(`${path}\0`).update(readFileSync(inRoot(path)))
  return hash.digest('hex')
}

function filesBelow(path) {
  if (path.includes('.')) return [path]
  const entries = readdirSync(inRoot(path), {withFileTypes: true, recursive: true})
  const files = entries
    .filter((entry) => entry.isFile())
    // oxlint-disable-next-line typescript/no-deprecated -- what the set-up runs on may have nothing else
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  return files.map((file) => relative(root, file)).sort()
}

async function build() {
  const {spawnSync} = await import('node:child_process')
  const node = existsSync(projectNode) ? projectNode : process.execPath
  const result = spawnSync(node, [inRoot('tools', 'build.mjs')], {cwd: root, encoding: 'utf8'})
  if (result.status !== 0) throw new SetUpError(`the build failed:\n${result.stdout}${result.stderr}`)
}
