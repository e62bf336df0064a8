/** oclif sorts its commands by the rules of the user's language. Loading these rules takes as long as half a start of Node. */
import {readFile} from 'node:fs/promises'

const SLOW = '.sort((a, b) => a.id.localeCompare(b.id))'
const QUICK = '.sort((a, b) => (a.id < b.id ? -1 : 1))'

/** A plug-in of esbuild that sorts by code units instead; ids are ASCII. Fails when oclif has changed that line. */
export const quickSort = {
  name: 'quick-sort',
  setup(build) {
    build.onLoad({filter: /@oclif\/core\/lib\/config\/plugin\.js$/}, async ({path}) => {
      const text = await readFile(path, 'utf8')
      if (!text.includes(SLOW))
        throw new Error(`${path} sorts in another way now; is tools/build/quick-sort.mjs still needed?`)
      return {contents: text.replaceAll(SLOW, QUICK), loader: 'js'}
    })
  },
}
