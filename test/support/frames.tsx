/** A screen as text without a terminal, at a moment of a run. */
import {renderToString} from 'ink'
import type {RunEvent} from '../../src/core/events.ts'
import {DrillScreen} from '../../src/ui/components/drill-screen.tsx'
import type {Frame} from '../../src/ui/frame.ts'
import {chooseLook} from '../../src/ui/look.ts'
import {initialScreen} from '../../src/ui/screen-state.ts'
import {type ViewState, emptyView, foldView} from '../../src/ui/view-state.ts'

/** The view after all events up to `until`. */
export function viewAt(events: readonly RunEvent[], until: number): ViewState {
  return events.filter((event) => event.at <= until).reduce(foldView, emptyView())
}

/** A frame with everything at its default but what is given. */
export function makeFrame(parts: Partial<Frame> & Pick<Frame, 'view' | 'now'>): Frame {
  return {
    screen: initialScreen(),
    columns: 80,
    rows: 24,
    look: chooseLook({unicode: true, color: false}),
    hasKeys: true,
    ...parts,
  }
}

export function renderFrame(frame: Frame): string {
  return renderToString(<DrillScreen frame={frame} />, {columns: frame.columns})
}
