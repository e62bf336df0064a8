#!/usr/bin/env node
// Plain old syntax up to the version check: this file has to be understood by Nodes that are too old for the rest.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const FLOOR = [22, 19]

function isTooOld(version) {
  const [major, minor] = version.split('.').map(Number)
  return major < FLOOR[0] || (major === FLOOR[0] && minor < FLOOR[1])
}

function start() {
  const argv = process.argv.slice(2)
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    process.stdout.write(`netdrill/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
    return
  }
  const program = join(root, 'dist', 'run.js')
  if (!existsSync(program)) {
    process.stderr.write('netdrill is not built yet: run "npm start" or "npm run build" in its folder first.\n')
    process.exitCode = 70
    return
  }
  import('./cache.js').then((cache) => cache.enable()).then(() => import('../dist/run.js'))
}

if (isTooOld(process.versions.node)) {
  const local = join(root, 'node_modules', '.bin', 'node')
  if (existsSync(local)) {
    const child = spawnSync(local, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
    if (child.signal) process.kill(process.pid, child.signal)
    else process.exitCode = child.status === null ? 70 : child.status
  } else {
    process.stderr.write(
      `netdrill needs Node ${FLOOR.join('.')} or newer, this is ${process.version}. ` +
        'Install a newer Node, or run "npm start" in its folder, which brings one.\n',
    )
    process.exitCode = 6
  }
} else {
  start()
}
