#!/usr/bin/env node
// Plain old syntax up to the version check: this file has to be understood by Nodes that are too old for the rest.
import {existsSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** As in package.json, which the start has no time to read. */
const FLOOR = [22, 19]

function isTooOld(version) {
  const [major, minor] = version.split('.').map(Number)
  return major < FLOOR[0] || (major === FLOOR[0] && minor < FLOOR[1])
}

/** Starts the program in this process. */
async function start() {
  const argv = process.argv.slice(2)
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
    const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    process.stdout.write(`netdrill/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
    return
  }
  if (!existsSync(join(root, 'dist', 'run.js'))) {
    process.stderr.write(
      'netdrill is not built yet: run "npm start" or "npm run build" in its folder first.\n',
    )
    process.exitCode = 70
    return
  }
  const cache = await import('./cache.js')
  cache.enable()
  const signals = await import('./signals.js')
  if (signals.haveDetours()) signals.countPressesOnce()
  await import('../dist/run.js')
}

/** Lets the Node of the checkout run the program, or says what is needed. */
async function startElsewhere() {
  const local = join(root, 'node_modules', '.bin', 'node')
  if (existsSync(local)) {
    const {handOver} = await import('./hand-over.js')
    handOver(local, [fileURLToPath(import.meta.url)].concat(process.argv.slice(2)))
    return
  }
  process.stderr.write(
    `netdrill needs Node ${FLOOR.join('.')} or newer, this is ${process.version}. ` +
      'Install a newer Node, or run "npm start" in its folder, which brings one.\n',
  )
  process.exitCode = 6
}

void (isTooOld(process.versions.node) ? startElsewhere() : start())
