/** The licences of what is inside the bundle: bundling is redistribution. */
import {existsSync} from 'node:fs'
import {readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {inRoot} from '../set-up/paths.mjs'

const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i

/** One text with name, version, licence and licence text of each bundled package, in the order of their names. */
export async function licenceTexts(metafile) {
  const sections = []
  for (const folder of bundledPackages(metafile)) sections.push(await section(folder))
  return `netdrill contains the packages below.\n\n${sections.join('\n')}`
}

/** The folders of all packages that contributed bytes to an output, nested copies included. */
function bundledPackages(metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs))
  const folders = inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
  return [...new Set(folders.filter(Boolean))].sort((one, other) => (one < other ? -1 : 1))
}

async function section(folder) {
  const {name, version, license} = JSON.parse(await readFile(inRoot(folder, 'package.json'), 'utf8'))
  const files = (await readdir(inRoot(folder))).filter((file) => LICENCE_FILE.test(file))
  const texts = await Promise.all(files.map((file) => readFile(inRoot(folder, file), 'utf8')))
  const text = texts.length > 0 ? texts.join('\n').trim() : await standardText(license, folder)
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n${'='.repeat(80)}\n${text}\n`
}

/** Some packages only name their licence; the text then is that of the readme, or the name has to do. */
async function standardText(license, folder) {
  const readme = ['README.md', 'readme.md']
    .map((name) => join(folder, name))
    .find((path) => existsSync(inRoot(path)))
  const text = readme ? await readFile(inRoot(readme), 'utf8') : ''
  const start = text.search(/^#+ *licen[cs]e/im)
  return start >= 0 ? text.slice(start).trim() : `Licensed under ${license}; the package has no licence text.`
}
