/** `node tools/qemu/run.mjs [--timeout SECONDS] -- COMMAND…`: runs a command as root in the machine, here and with our files. */
import {whyNoMachine} from './availability.mjs'
import {runInMachine} from './machine.mjs'

const split = process.argv.indexOf('--')
const options = split < 0 ? [] : process.argv.slice(2, split)
const argv = process.argv.slice(split < 0 ? 2 : split + 1)
const reason = whyNoMachine()

if (argv.length === 0) {
  process.stderr.write('usage: node tools/qemu/run.mjs [--timeout SECONDS] -- COMMAND…\n')
  process.exitCode = 2
} else if (reason) {
  process.stderr.write(`no machine: ${reason}\n`)
  process.exitCode = 6
} else {
  const seconds = Number(options[options.indexOf('--timeout') + 1] || 600)
  const result = await runInMachine(argv, {
    timeoutMs: seconds * 1000,
    env: {PATH: process.env['PATH']},
    say: (line) => process.stderr.write(`${line}\n`),
    onOutput: (stream, bytes) => process[stream].write(bytes),
  })
  if (result.status === 124) process.stderr.write(`the command was still running after ${seconds} s\n`)
  if (result.status >= 124) process.stderr.write(result.console)
  process.exitCode = result.status
}
