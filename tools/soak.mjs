/**
 * `npm run soak`: a long watch whose memory, open files and threads have to stay as they are. Five minutes by default;
 * `npm run soak -- --minutes 30 --targets 500` for more.
 */
import {parseArgs} from 'node:util'
import {isReady} from './set-up/on-project-node.mjs'
import {setUpOrExplain} from './setup.mjs'

/** The last third may be larger than the second by this, where nothing grows. */
const ALLOWED = {megabytes: 1.1, files: 1.1, threads: 1.01}

if ((await isReady(import.meta.url)) && (await setUpOrExplain())) {
  const {values} = parseArgs({
    options: {
      minutes: {type: 'string', default: '5'},
      targets: {type: 'string', default: '300'},
      interval: {type: 'string', default: '500'},
    },
  })
  const {growth, soakMonitor} = await import('./soak/monitor.ts')
  const request = {
    seconds: Math.round(Number(values.minutes) * 60),
    targets: Number(values.targets),
    interval: Number(values.interval),
  }
  const {looks, samples, failed, code} = await soakMonitor(
    request,
    ({seconds, megabytes, files, threads}) => {
      process.stdout.write(
        `${seconds.toFixed(0).padStart(6)} s${megabytes.toFixed(0).padStart(6)} MB${String(files).padStart(7)} files${String(threads).padStart(5)} threads\n`,
      )
    },
  )
  process.stdout.write(`\n${samples} samples, ${failed} failed as they should, ended with ${code}\n`)
  for (const [name, most] of Object.entries(ALLOWED)) {
    const ratio = growth(looks, (look) => look[name])
    const bad = ratio > most
    if (bad) process.exitCode = 1
    process.stdout.write(
      `${name.padEnd(10)} last third / second third: ${ratio.toFixed(3)}${bad ? `, more than ${most}` : ''}\n`,
    )
  }
}
