import {Box} from 'ink'
import type {ReactElement} from 'react'
import type {Frame} from '../frame.ts'
import {renderHelp} from '../key-help.ts'
import {FIXED_ROWS} from '../layout.ts'
import {cutLine} from '../spans.ts'
import {keyScope} from '../view-state.ts'
import {Rows} from './rows.tsx'

/** What keys and signs mean. */
export function HelpPane({frame}: {readonly frame: Frame}): ReactElement {
  const {columns, rows, look} = frame
  const gap = rows >= 20 ? 1 : 0
  const lines = renderHelp(look.glyphs, keyScope(frame.view))
    .slice(0, Math.max(0, rows - FIXED_ROWS - gap))
    .map((line) => cutLine(line, columns - 1, look.glyphs.ellipsis))
  return (
    <Box flexDirection="column" marginTop={gap}>
      <Rows lines={lines} look={look} />
    </Box>
  )
}
