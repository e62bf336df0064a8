import {Box} from 'ink'
import type {ReactElement} from 'react'
import {chooseTargets} from '../choose-targets.ts'
import {renderDetail} from '../detail-lines.ts'
import type {Frame} from '../frame.ts'
import {FIXED_ROWS} from '../layout.ts'
import {selectedPlace} from '../screen-state.ts'
import {span} from '../spans.ts'
import {axisStart} from '../view-state.ts'
import {Rows} from './rows.tsx'

/** The selected target in full. */
export function DetailPane({frame}: {readonly frame: Frame}): ReactElement {
  const {view, screen, columns, rows, now, look} = frame
  const sorted = chooseTargets(view.targets, screen)
  const target =
    sorted[
      selectedPlace(
        screen,
        sorted.map(({name}) => name),
      )
    ]
  const gap = rows >= 16 ? 1 : 0
  const lines = target
    ? renderDetail(target, {
        width: columns,
        rows: rows - FIXED_ROWS - gap,
        now,
        start: axisStart(view),
        end: view.horizon,
        glyphs: look.glyphs,
      })
    : [[span('   no target yet', 'dim')]]
  return (
    <Box flexDirection="column" marginTop={gap}>
      <Rows lines={lines} look={look} />
    </Box>
  )
}
