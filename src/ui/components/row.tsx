import {Text} from 'ink'
import {type ReactElement, memo} from 'react'
import {type Look, toneProps} from '../look.ts'
import type {Line} from '../spans.ts'

interface RowProps {
  readonly line: Line
  readonly look: Look
}

/** One line of the screen. It is drawn again only when its text or tones change. */
export const Row = memo(function Row({line, look}: RowProps): ReactElement {
  if (line.every(({text}) => text === '')) return <Text> </Text>
  return (
    <Text wrap="truncate-end">
      {line.map(({text, tone}, index) => (
        <Text key={index} {...toneProps(tone, look)}>
          {text}
        </Text>
      ))}
    </Text>
  )
}, isSame)

function isSame(a: RowProps, b: RowProps): boolean {
  return (
    a.look === b.look &&
    a.line.length === b.line.length &&
    a.line.every((part, index) => part.text === b.line[index]?.text && part.tone === b.line[index]?.tone)
  )
}
