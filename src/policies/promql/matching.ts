/** Which element of one vector belongs to which of the other. */
import {EvaluationFailure, labelText} from './distinct.ts'
import type {Matching, SetOperator} from './expression.ts'
import {type Element, type Labels, NAME, keyOf, omitLabels, pickLabels} from './values.ts'

interface Sides {
  readonly left: readonly Element[]
  readonly right: readonly Element[]
}

export interface Pair {
  readonly labels: Labels
  readonly a: number
  readonly b: number
  /** Of two pairs with the same one only one may be in the result. */
  readonly key: string
}

function signature({on, labels: names}: Matching, labels: Labels): string {
  return keyOf(on ? pickLabels(labels, names) : omitLabels(labels, [NAME, ...names]))
}

export function joinSets(op: SetOperator, {left, right}: Sides, matching: Matching): readonly Element[] {
  const keysOf = (elements: readonly Element[]): ReadonlySet<string> =>
    new Set(elements.map(({labels}) => signature(matching, labels)))
  if (op === 'or') {
    const taken = keysOf(left)
    return [...left, ...right.filter(({labels}) => !taken.has(signature(matching, labels)))]
  }
  const there = keysOf(right)
  return left.filter(({labels}) => there.has(signature(matching, labels)) === (op === 'and'))
}

/**
 * One pair for each element that has a partner. Throws `EvaluationFailure` when an element has several partners on a side that
 * may have but one.
 */
export function pairUp({left, right}: Sides, matching: Matching, dropsName: boolean): readonly Pair[] {
  const {many} = matching
  const [manySide, oneSide] = many === 'right' ? [right, left] : [left, right]
  const one = index(oneSide, matching)
  return manySide.flatMap(({labels, value}) => {
    const key = signature(matching, labels)
    const partner = one.get(key)
    if (!partner) return []
    const [a, b] = many === 'right' ? [partner.value, value] : [value, partner.value]
    const result = resultLabels({labels, partner: partner.labels}, matching, dropsName)
    return [{labels: result, a, b, key: many === null ? key : keyOf(result)}]
  })
}

function index(side: readonly Element[], matching: Matching): ReadonlyMap<string, Element> {
  const found = new Map<string, Element>()
  for (const element of side) {
    const key = signature(matching, element.labels)
    if (found.has(key)) throw severalPartners(matching, element.labels)
    found.set(key, element)
  }
  return found
}

function severalPartners({on, labels: names, many}: Matching, labels: Labels): EvaluationFailure {
  const group = on ? pickLabels(labels, names) : omitLabels(labels, [NAME, ...names])
  const side = many === 'right' ? 'left' : 'right'
  return new EvaluationFailure(
    `several series on the ${side} side have the labels ${labelText(group)}: on or ignoring choose other labels`,
  )
}

function resultLabels(
  {labels, partner}: {readonly labels: Labels; readonly partner: Labels},
  {on, labels: names, many, include}: Matching,
  dropsName: boolean,
): Labels {
  const named = dropsName ? omitLabels(labels, [NAME]) : labels
  if (many === null) return on ? pickLabels(named, names) : omitLabels(named, names)
  const taken = Object.fromEntries(include.flatMap((name) => (partner[name] ? [[name, partner[name]]] : [])))
  return {...omitLabels(named, include), ...taken}
}
