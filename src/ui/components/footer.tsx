import type {ReactElement} from 'react'
import type {Frame} from '../frame.ts'
import {renderKeys} from '../key-help.ts'
import {paintLine} from '../look.ts'
import {type Line, cutLine, span} from '../spans.ts'
import {isWatch, keyScope} from '../view-state.ts'
import {Row} from './row.tsx'

/** The keys, or the question that waits for one. */
export function Footer({frame}: {readonly frame: Frame}): ReactElement {
  const {columns, look} = frame
  return <Row text={paintLine(cutLine(renderFooter(frame), columns - 1, look.glyphs.ellipsis), look)} />
}

function renderFooter({screen, view, columns, look, hasKeys}: Frame): Line {
  const watch = isWatch(view)
  if (screen.typing) {
    return [
      span(` /${screen.filter}${look.glyphs.now}`, 'accent'),
      span('  Enter keeps the filter, Esc shows all', 'dim'),
    ]
  }
  if (!hasKeys && watch) return [span(' Ctrl-C ends the watch', 'dim')]
  if (!hasKeys) return [span(' Ctrl-C aborts the drill and undoes its faults', 'dim')]
  if (screen.quitAsked) {
    return [span(' press q again to abort the drill ', 'notice'), span(' any other key: go on', 'dim')]
  }
  if (view.verdict) return [span(' done', 'dim')]
  if (screen.abort === 'immediate') return [span(' undoing everything at once', 'dim')]
  if (screen.abort && watch) return [span(' ending', 'dim')]
  if (screen.abort) {
    return [
      span(' ending in order and undoing the faults', 'dim'),
      span('  a', 'accent'),
      span(' undo at once', 'dim'),
    ]
  }
  return renderKeys(look.glyphs, columns - 1, {sort: screen.sort, scope: keyScope(view)})
}
