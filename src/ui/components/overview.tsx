import {Box} from 'ink'
import type {ReactElement} from 'react'
import {displayWidth} from '../../core/width.ts'
import {planColumns} from '../columns.ts'
import type {Frame} from '../frame.ts'
import {planLayout} from '../layout.ts'
import {planTimeAxis} from '../time-axis.ts'
import {axisStart} from '../view-state.ts'
import {EventLog} from './event-log.tsx'
import {FaultBands} from './fault-bands.tsx'
import {TargetTable} from './target-table.tsx'

/** Targets, faults and events below each other, on one time axis. */
export function Overview({frame}: {readonly frame: Frame}): ReactElement {
  const {view, now, look} = frame
  const layout = planLayout({rows: frame.rows, targets: view.targets.length, faults: view.faults.length})
  const longest = Math.max(6, ...[...view.targets, ...view.faults].map(({name}) => displayWidth(name)))
  const columns = planColumns(frame.columns, longest)
  const axis = planTimeAxis(axisStart(view), Math.max(view.horizon, now), columns.chart)
  const context = {columns, axis, now, glyphs: look.glyphs}
  const gap = layout.isAiry ? 1 : 0
  return (
    <>
      <Box flexDirection="column" marginTop={gap}>
        <TargetTable frame={frame} layout={layout} context={context} />
      </Box>
      {layout.faults > 0 && (
        <Box flexDirection="column" marginTop={gap}>
          <FaultBands frame={frame} layout={layout} context={context} />
        </Box>
      )}
      <Box flexDirection="column" marginTop={gap}>
        <EventLog frame={frame} layout={layout} name={columns.name} />
      </Box>
    </>
  )
}
