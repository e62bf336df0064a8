/**
 * Makes a fresh checkout runnable: packages, then the bundle, each only when missing or stale. Node 18 and newer run it,
 * without any package. `npm start` and `npm test` call it first, so nobody has to know it.
 */
import {realpathSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {isBuilt, setUpBuild} from './set-up/build.mjs'
import {areDependenciesThere, setUpDependencies} from './set-up/dependencies.mjs'
import {SetUpError} from './set-up/say.mjs'

/** Does what is left to do; nothing, in a few milliseconds, when all is there. */
export async function setUp(parts = [packages, bundle]) {
  if (parts.every((part) => part.isThere())) return
  const {alone} = await import('./set-up/lock.mjs')
  await alone(async () => {
    for (const part of parts) await part.provide()
  })
}

/** What node_modules has to hold. */
export const packages = {isThere: areDependenciesThere, provide: setUpDependencies}

/** What is built from it and the sources. */
export const bundle = {isThere: isBuilt, provide: setUpBuild}

/** Like setUp, for a program's first line: says what went wrong without a stack trace. Returns whether all is there. */
export async function setUpOrExplain(parts) {
  try {
    await setUp(parts)
    return true
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 70
    return false
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await setUpOrExplain()
