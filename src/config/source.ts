/** A YAML text with the way back from a value to the place it was written at. */
import {
  type Document,
  LineCounter,
  type Node,
  type Pair,
  Scalar,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
} from 'yaml'
import type {Position} from '../core/errors.ts'

/** The way from the root to a value: keys and list indexes. */
export type Path = readonly PropertyKey[]

/** A part of a text value; `at` counts from 0. */
export interface Place {
  readonly at: number
  readonly length: number
}

export interface YamlSource {
  readonly document: Document
  readonly text: string
  /** Where the value of that path begins; the nearest ancestor when it isn't there. */
  readonly positionOf: (path: Path, place?: Place) => Position
  /** Where the key itself stands. */
  readonly keyPositionOf: (path: Path) => Position
  readonly positionAt: (offset: number, length: number) => Position
  /** The place of a part inside a scalar; of the whole scalar when escapes or line folds hide it. */
  readonly positionInside: (node: Scalar, place: Place) => Position
}

/** The library compares each key with all before it, which takes seconds for 10,000: `checkSyntax` looks itself. */
const PARSING = {merge: true, uniqueKeys: false, prettyErrors: false, logLevel: 'error'} as const

export function openSource(file: string, text: string): YamlSource {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {lineCounter, ...PARSING})
  const lines = text.split(/\r?\n/)

  const positionAt = (offset: number, length: number): Position => {
    const {line, col} = lineCounter.linePos(Math.min(offset, text.length))
    const source = printable(lines[line - 1] ?? '')
    const column = Math.max(1, col)
    const room = Math.max(1, source.length - column + 1)
    return {file, line: Math.max(1, line), column, source, length: Math.max(1, Math.min(length, room))}
  }
  const positionOfNode = (node: Node): Position => {
    const [start, end] = node.range ?? [0, 0]
    return positionAt(start, end - start)
  }
  const positionInside = (node: Scalar, place: Place): Position => {
    const start = contentStart(node, text)
    return start === null ? positionOfNode(node) : positionAt(start + place.at, place.length)
  }
  const keyPositionOf = (path: Path): Position => {
    const key = path.length === 0 ? null : locate(document, path)?.key
    return key ? positionOfNode(key) : positionOf(path)
  }
  const positionOf = (path: Path, place?: Place): Position => {
    const found = locate(document, path)
    if (!found) return path.length === 0 ? positionAt(0, 1) : keyPositionOf(path.slice(0, -1))
    const {value, key} = found
    if (place && isScalar(value)) return positionInside(value, place)
    const empty = !value?.range || value.range[0] === value.range[1]
    return empty && key ? positionOfNode(key) : value ? positionOfNode(value) : positionAt(0, 1)
  }
  return {document, text, positionOf, keyPositionOf, positionAt, positionInside}
}

interface Located {
  readonly key: Node | null
  readonly value: Node | null
}

function locate(document: Document, path: Path): Located | null {
  let at: Located = {key: null, value: (document.contents as Node | null) ?? null}
  for (const segment of path) {
    const container = resolve(document, at.value)
    const next = isMap(container) ? member(document, container.items, segment) : null
    if (next) at = next
    else if (isSeq(container)) {
      const item = container.items[Number(segment)] as Node | undefined
      if (!item) return null
      at = {key: null, value: item}
    } else return null
  }
  return at
}

/** By mapping, its keys: a document of thousands of targets is asked for each of them. */
const INDEXES = new WeakMap<readonly Pair[], ReadonlyMap<string, Located>>()

function indexOf(items: readonly Pair[]): ReadonlyMap<string, Located> {
  const known = INDEXES.get(items)
  if (known) return known
  const index = new Map<string, Located>()
  for (const {key, value} of items) {
    if (!isScalar(key) || index.has(String(key.value))) continue
    index.set(String(key.value), {key, value: (value as Node | null) ?? null})
  }
  INDEXES.set(items, index)
  return index
}

function member(document: Document, items: readonly Pair[], segment: PropertyKey): Located | null {
  const own = indexOf(items).get(String(segment))
  if (own) return own
  // Not written here: perhaps it came in through a merge key.
  for (const {key, value} of items) {
    if (!isScalar(key) || key.source !== '<<') continue
    const merged = resolve(document, value as Node | null)
    const sources = isSeq(merged) ? merged.items.map((item) => resolve(document, item as Node)) : [merged]
    for (const source of sources) {
      const found = isMap(source) ? member(document, source.items.filter(isPair), segment) : null
      if (found) return found
    }
  }
  return null
}

function resolve(document: Document, node: Node | null): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node
}

/** Where the text of a scalar begins, when it is written letter by letter as its value. */
function contentStart(node: Scalar, text: string): number | null {
  const [start, end] = node.range ?? [0, 0]
  const written = text.slice(start, end)
  if (written === node.source || written === node.value) return start
  const quoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE
  return quoted && written.slice(1, -1) === (node.source ?? node.value) ? start + 1 : null
}

/** Control characters as blanks, so that columns stay and a terminal is not driven. */
function printable(line: string): string {
  // oxlint-disable-next-line no-control-regex -- replacing them is the point
  return line.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, ' ')
}

/** True when the document holds nothing but comments. */
export function isBlank(document: Document): boolean {
  const {contents} = document
  return contents === null || (isScalar(contents) && contents.value === null) || isEmptyCollection(contents)
}

function isEmptyCollection(node: unknown): boolean {
  return isCollection(node) && node.items.length === 0
}
