/** `npm run generate`: builds, then writes JSON Schemas and the command reference. */
import {setUpOrExplain} from './setup.mjs'
import {writeGeneratedFiles} from './generate/files.mjs'

if (await setUpOrExplain()) {
  for (const path of await writeGeneratedFiles()) process.stdout.write(`${path}\n`)
}
