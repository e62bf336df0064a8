/** A strict reader of markup: enough of XML 1.0 to find what isn't well-formed. */

export interface ReadMarkup {
  /** Element names in document order. */
  readonly elements: readonly string[]
  readonly attributes: readonly {readonly element: string; readonly name: string; readonly value: string}[]
  /** All text between tags, entities decoded. */
  readonly text: string
}

const TAG = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[a-zA-Z][\w:-]*="[^"<]*")*)\s*(\/?)>/y
const ATTRIBUTE = /([a-zA-Z][\w:-]*)="([^"<]*)"/g
const ENTITY = /&(?:amp|lt|gt|quot|#39);/y
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
// oxlint-disable-next-line no-control-regex -- what XML forbids is the subject
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/

interface Reading {
  readonly open: string[]
  readonly elements: string[]
  readonly attributes: {element: string; name: string; value: string}[]
}

/** Throws with the place of the first mistake: unclosed or crossed tags, bare `<` or `&`, forbidden characters. */
export function readMarkup(markup: string): ReadMarkup {
  const body = markup.replace(/^(<!DOCTYPE html>|<\?xml[^>]*\?>)\s*/, '')
  const reading: Reading = {open: [], elements: [], attributes: []}
  let text = ''
  if (FORBIDDEN.test(body)) throw new Error('a character that XML has no place for')
  for (let at = 0; at < body.length;) {
    const letter = body[at] ?? ''
    const piece = letter === '<' ? readTag(body, at, reading) : letter === '&' ? entityAt(body, at) : letter
    if (letter !== '<') text += decode(piece)
    at += piece.length
  }
  if (reading.open.length > 0) throw new Error(`never closed: ${reading.open.join(', ')}`)
  return {elements: reading.elements, attributes: reading.attributes, text}
}

function readTag(body: string, at: number, {open, elements, attributes}: Reading): string {
  TAG.lastIndex = at
  const tag = TAG.exec(body)
  if (!tag) throw new Error(`no tag: ${body.slice(at, at + 80)}`)
  const [whole, closing, name = '', inside = '', alone] = tag
  if (closing === '/') {
    const last = open.pop()
    if (last !== name) throw new Error(`</${name}> closes <${last ?? ''}>`)
    return whole
  }
  elements.push(name)
  for (const [, key = '', value = ''] of inside.matchAll(ATTRIBUTE))
    attributes.push({element: name, name: key, value: decode(value)})
  if (alone !== '/') open.push(name)
  return whole
}

function entityAt(body: string, at: number): string {
  ENTITY.lastIndex = at
  const entity = ENTITY.exec(body)
  if (!entity) throw new Error(`a bare &: ${body.slice(at, at + 40)}`)
  return entity[0]
}

function decode(text: string): string {
  return text.replace(/&[^;]*;/g, (entity) => {
    const letter = ENTITIES[entity]
    if (letter === undefined) throw new Error(`unknown entity ${entity}`)
    return letter
  })
}
