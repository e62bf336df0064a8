#!/usr/bin/env node
/** netdrill from its sources, without a build: for people who work on it. */
import {readFileSync} from 'node:fs'
import module from 'node:module'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {execute, settings} from '@oclif/core'

if (!('registerHooks' in module)) {
  process.stderr.write(
    `bin/dev.js needs Node 22.19 or newer, this is ${process.version}: node_modules/.bin/node bin/dev.js\n`,
  )
  process.exit(6)
}
const {loadSources} = await import('./source-hook.js')
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
// A command is found where it is written; a manifest of an earlier build would lead to the bundle.
pjson.oclif.commands = {
  strategy: 'pattern',
  target: './src/commands',
  globPatterns: ['**/*.{ts,tsx}', '!**/_*'],
}
loadSources()
process.setSourceMapsEnabled(true)
// oclif would look for a TypeScript runtime of its own.
settings.enableAutoTranspile = false
void execute({loadOptions: {root, pjson, isRoot: true, ignoreManifest: true}})
