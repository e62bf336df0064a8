import {Box} from 'ink'
import type {ReactElement} from 'react'
import {type Frame, shownFrame} from '../frame.ts'
import {DetailPane} from './detail-pane.tsx'
import {Footer} from './footer.tsx'
import {Header} from './header.tsx'
import {HelpPane} from './help-pane.tsx'
import {ListPane} from './list-pane.tsx'
import {Overview} from './overview.tsx'

/** The whole screen: exactly as high as the terminal, never wider. */
export function DrillScreen({frame}: {readonly frame: Frame}): ReactElement {
  return (
    <Box flexDirection="column" width="100%" height={frame.rows}>
      <Header frame={frame} />
      <Box flexDirection="column" flexGrow={1} flexShrink={1}>
        <Body frame={shownFrame(frame)} />
      </Box>
      <Footer frame={frame} />
    </Box>
  )
}

function Body({frame}: {readonly frame: Frame}): ReactElement {
  switch (frame.screen.pane) {
    case 'overview':
      return <Overview frame={frame} />
    case 'groups':
    case 'alerts':
    case 'peers':
      return <ListPane frame={frame} />
    case 'detail':
      return <DetailPane frame={frame} />
    case 'help':
      return <HelpPane frame={frame} />
  }
}
