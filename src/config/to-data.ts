/** A parsed document as plain values, with its aliases and merges followed. */
import {isScalar, visit} from 'yaml'
import type {Position, UserError} from '../core/errors.ts'
import {suggest} from '../core/text.ts'
import {refusal} from './check-text.ts'
import type {YamlSource} from './source.ts'

/** Throws for aliases without an anchor, for those that grow without end, and for what can't be merged. */
export function toData(source: YamlSource): unknown {
  const {document} = source
  refuseOddKeys(source)
  try {
    // The default limit on aliases keeps a small text from growing to gigabytes.
    return document.toJS({maxAliasCount: 100})
  } catch (error) {
    if (!(error instanceof ReferenceError) && !(error instanceof Error)) throw error
    throw refusalOf(error, source)
  }
}

function refusalOf(error: Error, source: YamlSource): UserError {
  const {document, positionAt, text} = source
  if (error.message.startsWith('Merge sources')) {
    const at = Math.max(0, text.search(/<<\s*:/))
    const advice = ['write <<: *NAME, with an anchor &NAME at a mapping above it']
    return refusal({message: 'only a mapping can be merged', advice}, positionAt(at, 2))
  }
  const names: string[] = []
  let found: {readonly name: string; readonly position: Position; readonly known: boolean} | null = null
  visit(document, {
    Node(_, node) {
      if ('anchor' in node && node.anchor !== undefined) names.push(node.anchor)
    },
    Alias(_, node) {
      const [start, end] = node.range ?? [0, 0]
      const known = node.resolve(document) !== undefined
      if (found === null || (found.known && !known)) {
        found = {name: node.source, position: positionAt(start, end - start), known}
      }
    },
  })
  if (found === null) return refusal({message: error.message.split('\n')[0] ?? ''}, positionAt(0, 1))
  const {name, position, known} = found as {name: string; position: Position; known: boolean}
  if (known) {
    const advice = ['write out what is repeated so often']
    return refusal({message: 'the aliases (*NAME) would make the document too large', advice}, position)
  }
  const near = suggest(name, names)
  const advice = near === null ? [`write &${name} where the value stands first`] : [`did you mean *${near}?`]
  return refusal({message: `no anchor &${name} stands before this`, advice}, position)
}

/** A key of this name would vanish without a word. */
function refuseOddKeys({document, positionAt}: YamlSource): void {
  visit(document, {
    Pair(_, {key}) {
      if (!isScalar(key) || key.value !== '__proto__') return
      const [start, end] = key.range ?? [0, 0]
      throw refusal(
        {message: '"__proto__" is not allowed as a key', advice: ['use another name']},
        positionAt(start, end - start),
      )
    },
  })
}
