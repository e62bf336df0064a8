/** Texts with places for labels and the value: the part of Prometheus's templates that fills them in. */
import type {Labels} from '../promql/values.ts'

export interface TemplateValues {
  readonly labels: Labels
  readonly value: number
}

/** The text and what it takes to fill it in. */
export interface Template {
  readonly text: string
  render(values: TemplateValues): string
}

/** Something in braces that can't be filled in. */
export class TemplateMistake extends Error {
  override readonly name = 'TemplateMistake'
  readonly at: number
  readonly length: number

  constructor(message: string, place: {readonly at: number; readonly length: number}) {
    super(message)
    this.at = place.at
    this.length = place.length
  }
}

const FORMATS: Readonly<Record<string, (value: number) => string>> = {
  humanize,
  humanizePercentage: (value) => `${Number((value * 100).toPrecision(4))}%`,
  humanizeDuration,
}

export const TEMPLATE_ADVICE = `there are {{ $labels.NAME }}, {{ $value }}, and {{ $value | FORMAT }} with ${Object.keys(FORMATS).join(', ')}`

type Piece = (values: TemplateValues) => string

/** Throws `TemplateMistake`. */
export function parseTemplate(text: string): Template {
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(/\{\{(.*?)\}\}/gs)) {
    const before = text.slice(end, match.index)
    pieces.push(() => before, pieceOf(match[1] ?? '', {at: match.index, length: match[0].length}))
    end = match.index + match[0].length
  }
  const rest = text.slice(end)
  const open = rest.indexOf('{{')
  if (open >= 0) throw new TemplateMistake('the {{ is not closed', {at: end + open, length: 2})
  pieces.push(() => rest)
  return {text, render: (values) => pieces.map((piece) => piece(values)).join('')}
}

function pieceOf(inner: string, place: {readonly at: number; readonly length: number}): Piece {
  const [, dotted, label, format] =
    /^-?\s*(?:(\$value|\.Value)|(?:\$labels|\.Labels)\.([A-Za-z_]\w*))\s*(?:\|\s*([A-Za-z]+)\s*)?-?$/.exec(
      inner,
    ) ?? []
  if (dotted === undefined && label === undefined)
    throw new TemplateMistake(`{{${inner}}} can not be filled in`, place)
  if (format !== undefined && !Object.hasOwn(FORMATS, format))
    throw new TemplateMistake(`there is no format ${format}`, place)
  const write = format === undefined ? null : FORMATS[format]
  if (label === undefined) return ({value}) => (write ? write(value) : String(value))
  return ({labels}) => {
    const text = labels[label] ?? ''
    return write && text !== '' && Number.isFinite(Number(text)) ? write(Number(text)) : text
  }
}

/** With the prefixes of the SI and four digits. */
function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const prefixes = ['y', 'z', 'a', 'f', 'p', 'n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
  const power = Math.max(-8, Math.min(8, Math.floor(Math.log10(Math.abs(value)) / 3)))
  return `${Number((value / 1000 ** power).toPrecision(4))}${prefixes[power + 8] ?? ''}`
}

/** Of seconds: `1h 2m 3s`; below one second with a prefix. */
function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Math.abs(value) < 1) return value === 0 ? '0s' : `${humanize(value)}s`
  const sign = value < 0 ? '-' : ''
  const whole = Math.floor(Math.abs(value))
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ]
  const seconds = `${Number((Math.abs(value) % 60).toPrecision(4))}s`
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}`
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${seconds}`
  return minutes > 0 ? `${sign}${minutes}m ${seconds}` : `${sign}${seconds}`
}
