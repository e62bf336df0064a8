/** oclif's manifest from the bundled commands, so that a start loads only the command that was asked for. */
import {Plugin} from '@oclif/core'
import {inRoot, root} from '../set-up/paths.mjs'
import {writeFiles} from './output.mjs'

/** Writes `oclif.manifest.json`; fails when a command can't be loaded. */
export async function writeManifest() {
  const manifest = await readCommands()
  await writeFiles(new Map([[inRoot('oclif.manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`]]))
}

/** Loads every command of dist and returns what oclif needs to know of them. */
async function readCommands() {
  const plugin = new Plugin({
    root,
    isRoot: true,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  return plugin.manifest
}
