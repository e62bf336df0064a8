/**
 * `npm run soak`: what takes too long for every run of the tests. `monitor` (when nothing is said) is a long watch whose memory, open
 * files and threads have to stay as they are; `drills-fail` runs the bundled drills with what they check broken, which each must notice.
 */
import {isReady} from './set-up/on-project-node.mjs'
import {setUpOrExplain} from './setup.mjs'

const PARTS = {
  monitor: async (words) => (await import('./soak/run-monitor.ts')).runMonitorSoak(words),
  'drills-fail': async (words) => (await import('./soak/run-drills-fail.ts')).runDrillsFail(words),
}

if ((await isReady(import.meta.url)) && (await setUpOrExplain())) {
  const [first = 'monitor', ...rest] = process.argv.slice(2)
  const [part, words] = first.startsWith('-') ? ['monitor', process.argv.slice(2)] : [first, rest]
  if (Object.hasOwn(PARTS, part)) process.exitCode = (await PARTS[part](words)) || process.exitCode
  else {
    process.stderr.write(`no part ${part}; there are ${Object.keys(PARTS).join(', ')}\n`)
    process.exitCode = 2
  }
}
