/** `npm run soak -- monitor`: prints what it sees of a long watch, and fails when the watch grew. */
import {parseArgs} from 'node:util'
import {type Look, growth, soakMonitor} from './monitor.ts'

/** The last third may be larger than the second by this, where nothing grows. */
const ALLOWED = {megabytes: 1.1, files: 1.1, threads: 1.01}

/** The exit status. */
export async function runMonitorSoak(words: string[]): Promise<number> {
  const {values} = parseArgs({
    args: words,
    options: {
      minutes: {type: 'string', default: '5'},
      targets: {type: 'string', default: '300'},
      interval: {type: 'string', default: '500'},
    },
  })
  const request = {
    seconds: Math.round(Number(values.minutes) * 60),
    targets: Number(values.targets),
    interval: Number(values.interval),
  }
  const {looks, samples, failed, code} = await soakMonitor(request, printLook)
  process.stdout.write(`\n${samples} samples, ${failed} failed as they should, ended with ${code}\n`)
  let status = 0
  for (const [name, most] of Object.entries(ALLOWED)) {
    const ratio = growth(looks, (look) => look[name as keyof typeof ALLOWED])
    const bad = ratio > most
    if (bad) status = 1
    process.stdout.write(
      `${name.padEnd(10)} last third / second third: ${ratio.toFixed(3)}${bad ? `, more than ${most}` : ''}\n`,
    )
  }
  return status
}

function printLook({seconds, megabytes, files, threads}: Look): void {
  process.stdout.write(
    `${seconds.toFixed(0).padStart(6)} s${megabytes.toFixed(0).padStart(6)} MB${String(files).padStart(7)} files${String(threads).padStart(5)} threads\n`,
  )
}
