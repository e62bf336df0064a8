/** Debian packages that tests need: which are missing, and installing them where that is ours to do. */
import {existsSync} from 'node:fs'
import {readFile, rm, writeFile} from 'node:fs/promises'
import {inRoot} from '../set-up/paths.mjs'
import {runProgram} from '../support/run-program.mjs'

/** Debian asks this file whether a freshly installed server may be started; tests start their own, on their own ports. */
const POLICY = '/usr/sbin/policy-rc.d'

const QUIET = {...process.env, DEBIAN_FRONTEND: 'noninteractive'}

/** Names of the packages that these groups want and that are not installed; empty where there is no dpkg to ask. */
export async function missingPackages(groups) {
  const list = JSON.parse(await readFile(inRoot('tools/test/system-packages.json'), 'utf8'))
  const wanted = list.filter((entry) => entry.groups.some((group) => groups.includes(group)))
  if (!existsSync('/usr/bin/dpkg-query') || wanted.length === 0) return []
  const names = wanted.map((entry) => entry.package)
  const {output} = await runProgram('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\\n', ...names])
  const installed = new Set(
    output
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  return names.filter((name) => !installed.has(name))
}

/** Undefined when packages can be installed here, else the reason why not. */
export function whyNoInstallation() {
  if (!existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) return 'not a Debian system'
  return process.getuid() === 0 ? undefined : 'not root'
}

/** Installs the packages without asking and without starting the servers in them. Returns what apt said if it failed. */
export async function installPackages(names) {
  const install = ['-y', '-qq', '--no-install-recommends', 'install', ...names]
  const guarded = !existsSync(POLICY)
  if (guarded) await writeFile(POLICY, '#!/bin/sh\nexit 101\n', {mode: 0o755})
  try {
    // Often the lists are there; on a fresh image they aren't.
    const first = await runProgram('apt-get', install, {env: QUIET})
    if (first.status === 0) return undefined
    await runProgram('apt-get', ['-qq', 'update'], {env: QUIET})
    const second = await runProgram('apt-get', install, {env: QUIET})
    return second.status === 0 ? undefined : second.output.trim()
  } finally {
    if (guarded) await rm(POLICY, {force: true})
  }
}
