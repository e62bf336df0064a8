/** `npm run check`: everything about the code that needs no test run. All steps run; the failed ones show what they said. */
import {isReady} from './set-up/on-project-node.mjs'

if (await isReady(import.meta.url)) {
  const {check} = await import('./check/check.ts')
  process.exitCode = await check(process.argv.slice(2))
}
