/** `npm run fuzz -- NAME [--seconds N] [--seed N]`: tools/fuzz/targets/NAME.ts for so long; exit status 1 when something is found. */
import {existsSync, readdirSync} from 'node:fs'
import {parseArgs} from 'node:util'
import {isReady} from '../set-up/on-project-node.mjs'

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {seconds: {type: 'string', default: '10'}, seed: {type: 'string'}},
})
const [name = ''] = positionals
const targets = new URL('targets/', import.meta.url)
const file = new URL(`${name}.ts`, targets)

if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
  const known = readdirSync(targets).map((each) => each.replace(/\.ts$/, ''))
  process.stderr.write(
    `usage: npm run fuzz -- NAME [--seconds N] [--seed N]; NAME is one of ${known.join(', ')}\n`,
  )
  process.exitCode = 2
} else if (await isReady(import.meta.url)) {
  const [{fuzz}, {target}] = await Promise.all([import('./fuzz.ts'), import(file.href)])
  const seed = values.seed === undefined ? Date.now() % 1_000_000_007 : Number(values.seed)
  process.exitCode = await fuzz(name, target, {seconds: Number(values.seconds), seed})
}
