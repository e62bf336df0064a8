import type {ReactElement} from 'react'
import {type Frame, shownFrame} from '../frame.ts'
import {renderGroupPills} from '../group-lines.ts'
import {renderHeaderLine} from '../header-line.ts'
import {renderStateCounts} from '../state-counts.ts'
import {cutLine} from '../spans.ts'
import {renderStepper} from '../stepper.ts'
import {renderPeerPills} from '../peer-lines.ts'
import {isWatch} from '../view-state.ts'
import {Rows} from './rows.tsx'

/** Title with clock, and the steps of the drill, or how many targets of a watch are in which state. */
export function Header({frame}: {readonly frame: Frame}): ReactElement {
  const shown = shownFrame(frame)
  const {view, now, columns, look} = shown
  const {glyphs} = look
  const pills = [...renderGroupPills(view.groups, glyphs), ...renderPeerPills(view.peers, glyphs)]
  const counts = isWatch(view)
    ? [...renderStateCounts(view.targets, columns - 1, glyphs), ...pills]
    : renderStepper(view, now, columns - 1, glyphs)
  const status = cutLine(counts, columns - 1, glyphs.ellipsis)
  const lines = [renderHeaderLine(frame, shown), status]
  return <Rows lines={lines} look={look} />
}
