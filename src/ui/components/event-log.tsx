import type {ReactElement} from 'react'
import type {Frame} from '../frame.ts'
import type {Layout} from '../layout.ts'
import {renderLog} from '../log-lines.ts'
import {span} from '../spans.ts'
import {Rows} from './rows.tsx'

interface EventLogProps {
  readonly frame: Frame
  readonly layout: Layout
  /** How wide names are, so that the texts line up. */
  readonly name: number
}

/** The last notable events; the newest is at the bottom. */
export function EventLog({frame, layout, name}: EventLogProps): ReactElement {
  const {view, columns, look} = frame
  const lines = renderLog(view.log, layout.log, {width: columns, name, glyphs: look.glyphs})
  const head = layout.hasLogHead ? [[span('   EVENTS', 'dim')]] : []
  return <Rows lines={[...head, ...lines]} look={look} />
}
