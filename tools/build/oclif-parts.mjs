/**
 * Stands for packages that oclif loads and netdrill never uses: 140 kB of every start. The manifest says where commands are, so
 * nothing is searched; bin/run.js has checked the version of Node; there are no plug-ins.
 */

/** tinyglobby: searches commands when there is no manifest. */
export function glob() {
  throw new Error('oclif.manifest.json is missing or belongs to another version: run "npm run build"')
}

/** lilconfig: searches oclif's configuration when package.json has none. */
export function lilconfig() {
  throw new Error('package.json has no "oclif" section')
}

/** minimatch: chooses plug-ins by patterns of names. */
export const minimatch = (name, pattern) => name === pattern

/** semver: checks the engine that oclif wants, which is older than ours. */
export const satisfies = () => true

/** cli-spinners: hundred animations; oclif draws one of these two, and netdrill none. */
const dots = {interval: 80, frames: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']}
export default {dots, dots2: dots, line: {interval: 130, frames: ['-', '\\', '|', '/']}}
