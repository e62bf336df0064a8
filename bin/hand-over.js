// Plain old syntax: an old Node runs this to get to a newer one.
import {spawn} from 'node:child_process'
import {HANDED_OVER} from './signals.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

/**
 * Lets another Node do the work in our place: same arguments, same terminal. Every signal is passed on, since it may be
 * meant for us alone; the other side counts a press that reaches it twice only once. Ends as the other one ends.
 */
export function handOver(node, args) {
  const env = Object.assign({}, process.env)
  env[HANDED_OVER] = '1'
  const child = spawn(node, args, {stdio: 'inherit', env: env})
  const passOn = (signal) => child.kill(signal)
  SIGNALS.forEach((signal) => process.on(signal, passOn))
  child.on('error', (error) => {
    process.stderr.write(`netdrill can't start ${node}: ${error.message}\n`)
    process.exitCode = 70
  })
  child.on('exit', (code, signal) => {
    SIGNALS.forEach((name) => process.removeListener(name, passOn))
    if (signal) process.kill(process.pid, signal)
    else process.exitCode = code
  })
}
