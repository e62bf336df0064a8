/** Which Node is new enough, and which one the lock file asks for. */
import {readFileSync} from 'node:fs'
import {inRoot} from './paths.mjs'

/** True when `version` (without the v) is at least the floor that package.json states as `>=major.minor`. */
export function isNewEnough(version, floor = nodeFloor()) {
  const [major, minor] = version.split('.').map(Number)
  const [floorMajor, floorMinor] = floor.split('.').map(Number)
  return major > floorMajor || (major === floorMajor && minor >= floorMinor)
}

/** The floor as `major.minor`. */
function nodeFloor() {
  const {engines} = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'))
  return engines.node.replace(/^[^0-9]*/, '')
}

/** The version of Node that this checkout is developed on, as the lock file pins it. */
export function lockedNodeVersion() {
  const lock = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'))
  return lock.packages['node_modules/node'].version
}
