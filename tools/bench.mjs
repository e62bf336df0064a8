/**
 * `npm run bench`: figures that depend on the machine, beside what else runs on it in the same minute. `npm run bench -- startup`,
 * `-- check`, `-- monitor`, `-- proxy` and `-- links` run one part.
 */
import {isReady} from './set-up/on-project-node.mjs'
import {setUpOrExplain} from './setup.mjs'

const PARTS = {
  startup: async () => (await import('./bench/startup.ts')).benchStartup(),
  check: async () => (await import('./bench/check.ts')).benchCheck(),
  monitor: async () => (await import('./bench/monitor.ts')).benchMonitor(),
  proxy: async () => (await import('./bench/proxy.ts')).benchProxy(),
  links: async () => (await import('./bench/links.ts')).benchLinks(),
}

if ((await isReady(import.meta.url)) && (await setUpOrExplain())) {
  const asked = process.argv.slice(2)
  const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name))
  if (unknown.length > 0) {
    process.stderr.write(`no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}\n`)
    process.exitCode = 2
  } else {
    for (const [name, part] of Object.entries(PARTS)) {
      if (asked.length === 0 || asked.includes(name)) process.exitCode = (await part()) || process.exitCode
    }
  }
}
