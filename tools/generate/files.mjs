/** Files that are made from the code and committed all the same: editors and readers want them without a build. */
import {existsSync} from 'node:fs'
import {mkdir, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {pathToFileURL} from 'node:url'
import {inRoot} from '../set-up/paths.mjs'
import {renderCommands} from './commands.mjs'

const SCHEMAS = 'schemas'

/** All generated files, path to text, as the present bundle gives them. */
async function generatedFiles() {
  const manifest = JSON.parse(await readFile(inRoot('oclif.manifest.json'), 'utf8'))
  const files = new Map([['docs/commands.md', renderCommands(manifest)]])
  const bundle = inRoot('dist/app/schemas.js')
  if (existsSync(bundle)) {
    const {jsonSchemas} = await import(pathToFileURL(bundle).href)
    for (const [name, schema] of Object.entries(await jsonSchemas())) {
      files.set(`${SCHEMAS}/${name}`, `${JSON.stringify(schema, null, 2)}\n`)
    }
  }
  const explain = inRoot('dist/app/explain.js')
  if (existsSync(explain)) {
    const {errorsPage} = await import(pathToFileURL(explain).href)
    files.set('docs/errors.md', errorsPage())
  }
  return files
}

/** Paths of files that differ from what the bundle gives, are missing, or are no longer generated. */
export async function staleFiles() {
  const files = await generatedFiles()
  const stale = (await leftovers(files)).map((path) => `${path} (left over)`)
  for (const [path, text] of files) {
    const there = existsSync(inRoot(path)) ? await readFile(inRoot(path), 'utf8') : undefined
    if (there !== text) stale.push(path)
  }
  return stale
}

/** Writes all of them and removes what is left over. */
export async function writeGeneratedFiles() {
  const files = await generatedFiles()
  for (const path of await leftovers(files)) await rm(inRoot(path))
  for (const [path, text] of files) {
    await mkdir(dirname(inRoot(path)), {recursive: true})
    await writeFile(inRoot(path), text)
  }
  return [...files.keys()]
}

async function leftovers(files) {
  if (!existsSync(inRoot(SCHEMAS))) return []
  const names = (await readdir(inRoot(SCHEMAS))).filter((name) => name.endsWith('.json'))
  return names.map((name) => `${SCHEMAS}/${name}`).filter((path) => !files.has(path))
}
