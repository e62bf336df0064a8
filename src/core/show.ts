import {stripControl} from './text.ts'
import {simplifyGlyphs} from './width.ts'

/** Text of the network or of documents as a terminal may get it: without control characters, each glyph as wide as it is counted. */
export function show(text: string): string {
  return simplifyGlyphs(stripControl(text))
}
