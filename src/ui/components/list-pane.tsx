import {Box} from 'ink'
import type {ReactElement} from 'react'
import {renderAlerts} from '../alert-lines.ts'
import type {Frame} from '../frame.ts'
import {renderGroups} from '../group-lines.ts'
import {FIXED_ROWS} from '../layout.ts'
import {renderPeers} from '../peer-lines.ts'
import {type Line, cutLine, span} from '../spans.ts'
import {Rows} from './rows.tsx'

/** All groups or all alerts, longer than the screen they scroll; or the peers. */
export function ListPane({frame}: {readonly frame: Frame}): ReactElement {
  const {rows, columns, look, screen} = frame
  const gap = rows >= 16 ? 1 : 0
  const room = Math.max(1, rows - FIXED_ROWS - gap)
  const lines = linesOf(frame, room)
  const top = Math.max(0, Math.min(screen.scroll, lines.length - room))
  const below = lines.length - top - room
  const shown = lines.slice(top, top + room)
  // The last line says that there is more.
  if (below > 0) shown[room - 1] = [span(`   ${below + 1} more below`, 'dim')]
  return (
    <Box flexDirection="column" marginTop={gap}>
      <Rows lines={shown.map((line) => cutLine(line, columns - 1, look.glyphs.ellipsis))} look={look} />
    </Box>
  )
}

function linesOf({screen, view, now, look}: Frame, rows: number): Line[] {
  if (screen.pane === 'peers')
    return [...renderPeers(view.peers, {now, glyphs: look.glyphs, selected: screen.peer, rows})]
  if (screen.pane === 'alerts') return [...renderAlerts(view.alerts, now, look.glyphs)]
  const targets = new Map(view.targets.map((target) => [target.name, target]))
  return [...renderGroups(view.groups, {targets, now, glyphs: look.glyphs})]
}
