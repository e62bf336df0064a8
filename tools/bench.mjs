/** `npm run bench`: figures that depend on the machine, as ratios to what else runs on it in the same minute. */
import {isReady} from './set-up/on-project-node.mjs'
import {setUpOrExplain} from './setup.mjs'

if ((await isReady(import.meta.url)) && (await setUpOrExplain())) {
  const {benchStartup} = await import('./bench/startup.ts')
  process.exitCode = await benchStartup()
}
