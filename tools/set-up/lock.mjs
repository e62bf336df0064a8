/** One set-up at a time: two would remove each other's node_modules. */
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {cache} from './paths.mjs'
import {say} from './say.mjs'

const LOCK = join(cache, 'set-up.lock')

/** How often a waiting set-up looks whether the other one has ended. */
const LOOK_EVERY_MS = 200

/** Runs `work` while no other process of this checkout is inside; a lock left by a process that died is taken over. */
export async function alone(work) {
  mkdirSync(cache, {recursive: true})
  let told = false
  while (!take()) {
    if (!told) say(`waiting for process ${holder()}, which is setting up as well`)
    told = true
    await pause(LOOK_EVERY_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(LOCK, {force: true})
  }
}

function take() {
  try {
    writeFileSync(LOCK, String(process.pid), {flag: 'wx'})
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!isAlive(holder())) rmSync(LOCK, {force: true})
    return false
  }
}

function holder() {
  try {
    return Number(readFileSync(LOCK, 'utf8'))
  } catch {
    return 0
  }
}

function isAlive(pid) {
  if (!pid) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
