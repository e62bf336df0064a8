/** Runs other programs for the tools: argument arrays only, output collected or passed through. */
import {spawn} from 'node:child_process'
import {constants} from 'node:os'

/**
 * Runs a program to its end. Resolves to its exit status (128 + signal number when a signal ended it, 127 when it is not
 * there) and what it wrote; never rejects. `show: true` passes the output through instead of collecting it.
 */
export function runProgram(file, args, options = {}) {
  const {show = false, timeoutMs, ...spawnOptions} = options
  return new Promise((resolve) => {
    const started = performance.now()
    const output = []
    const stdio = show ? 'inherit' : ['ignore', 'pipe', 'pipe']
    const child = spawn(file, args, {stdio, timeout: timeoutMs, killSignal: 'SIGKILL', ...spawnOptions})
    const end = (status) =>
      resolve({status, output: Buffer.concat(output).toString(), ms: performance.now() - started})
    child.stdout?.on('data', (chunk) => output.push(chunk))
    child.stderr?.on('data', (chunk) => output.push(chunk))
    child.on('error', (error) => {
      output.push(Buffer.from(`${file}: ${error.message}\n`))
      end(127)
    })
    child.on('close', (code, signal) => end(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}

/** Like runProgram, but a status other than 0 is an error that shows what the program said. */
export async function mustRun(file, args, options = {}) {
  const result = await runProgram(file, args, options)
  if (result.status !== 0) {
    throw new Error(
      `${[file, ...args].join(' ')} ended with status ${result.status}\n${result.output.trim()}`,
    )
  }
  return result.output
}
