/** Markup that can only be built by escaping: for HTML and for XML. */
import {stripControl} from '../../core/text.ts'

/** Finished markup. Whatever else goes into a template is text and gets escaped. */
export class Markup {
  readonly #text: string

  constructor(strings: readonly string[], holes: readonly Hole[]) {
    this.#text = strings.map((piece, index) => piece + fill(holes[index] ?? null)).join('')
  }

  toString(): string {
    return this.#text
  }
}

export type Hole = Markup | readonly Markup[] | string | number | null

/**
 * The template tag for everything that ends up in a page: text in its holes is escaped, also inside attributes, which
 * have to be in double quotes. A hole must not stand in a script, a style or a tag name.
 */
export function markup(strings: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  return new Markup(strings, holes)
}

function fill(hole: Hole): string {
  if (hole === null) return ''
  if (hole instanceof Markup) return hole.toString()
  if (typeof hole === 'object') return hole.map(String).join('')
  return escapeMarkup(String(hole))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for an element or a quoted attribute. What XML 1.0 section 2.2 has no place for is removed or replaced. */
function escapeMarkup(text: string): string {
  return stripControl(text)
    .toWellFormed()
    .replace(/[\uFFFE\uFFFF]/g, '\uFFFD')
    .replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? '')
}
