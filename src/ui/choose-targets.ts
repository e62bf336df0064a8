/** The targets that the table shows, in its order: filtered, then sorted. */
import type {ScreenState} from './screen-state.ts'
import {sortTargets} from './sort-targets.ts'
import type {TargetView} from './target-view.ts'

/** All words of the filter have to occur in the name, the URL, the state or the last code, in any case. */
export function chooseTargets(
  targets: readonly TargetView[],
  {filter, sort}: Pick<ScreenState, 'filter' | 'sort'>,
): readonly TargetView[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return sortTargets(targets, sort)
  return sortTargets(
    targets.filter((target) => {
      const text = textOf(target)
      return words.every((word) => text.includes(word))
    }),
    sort,
  )
}

function textOf({name, info, state, last}: TargetView): string {
  const code = last?.status === 'failed' ? last.code : ''
  return `${name}\n${info?.url ?? ''}\n${state}\n${code}`.toLowerCase()
}
