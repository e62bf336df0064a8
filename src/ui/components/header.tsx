import type {ReactElement} from 'react'
import {type Frame, shownFrame} from '../frame.ts'
import {renderHeaderLine} from '../header-line.ts'
import {renderStepper} from '../stepper.ts'
import {Rows} from './rows.tsx'

/** Title with clock, and the steps of the drill. */
export function Header({frame}: {readonly frame: Frame}): ReactElement {
  const shown = shownFrame(frame)
  const {view, now, columns, look} = shown
  const lines = [renderHeaderLine(frame, shown), renderStepper(view, now, columns - 1, look.glyphs)]
  return <Rows lines={lines} look={look} />
}
