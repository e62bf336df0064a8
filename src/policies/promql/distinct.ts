/** Elements that can not be told apart. */
import {type Element, type Labels, keyOf} from './values.ts'

/** Two elements could not be told apart; the expression has no value at this instant. */
export class EvaluationFailure extends Error {
  override readonly name = 'EvaluationFailure'
}

/** Series that only differed in their name can't both stay. Throws `EvaluationFailure`. */
export function distinct(elements: readonly Element[]): readonly Element[] {
  const seen = new Set<string>()
  for (const {labels} of elements) {
    const key = keyOf(labels)
    if (seen.has(key))
      throw new EvaluationFailure(`several series have the labels ${labelText(labels)} after this`)
    seen.add(key)
  }
  return elements
}

export function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `{${pairs.join(', ')}}`
}
