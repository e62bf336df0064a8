import type {ReactElement} from 'react'
import {type Look, paintLine} from '../look.ts'
import type {Line} from '../spans.ts'
import {Row} from './row.tsx'

/** Lines below each other. */
export function Rows({lines, look}: {readonly lines: readonly Line[]; readonly look: Look}): ReactElement {
  return (
    <>
      {lines.map((line, index) => (
        <Row key={index} text={paintLine(line, look)} />
      ))}
    </>
  )
}
