/** Progress of the set-up, on stderr: stdout belongs to the program that is started afterwards. */

/** Prints one line that says what is being done. */
export function say(text) {
  process.stderr.write(`set-up: ${text}\n`)
}

/** Runs one step with a line before it and its duration after it. */
export async function step(text, work) {
  const started = Date.now()
  process.stderr.write(`set-up: ${text} ... `)
  try {
    const result = await work()
    process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`)
    return result
  } catch (error) {
    process.stderr.write('failed\n')
    throw error
  }
}

/** A step that cannot be done here, in words that say what to do; shown without a stack trace. */
export class SetUpError extends Error {
  name = 'SetUpError'
}
