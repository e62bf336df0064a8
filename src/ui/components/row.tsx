import {Text} from 'ink'
import {type ReactElement, memo} from 'react'

/** One painted line of the screen; drawn again only when it changes. */
export const Row = memo(function Row({text}: {readonly text: string}): ReactElement {
  return <Text wrap="truncate-end">{text === '' ? ' ' : text}</Text>
})
