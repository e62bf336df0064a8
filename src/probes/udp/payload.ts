/** Octets as people write and read them. Pure. */
import {shorten, stripControl} from '../../core/text.ts'
import type {Parsed} from '../../core/units.ts'

const HEX = 'hex:'
/** Enough to recognise a reply by; the whole of it is nobody's business in a result. */
const SHOWN = 512

/** Text stands for its UTF-8 octets; `hex:0a 0b` and `hex:0a0b` for these octets. */
export function parsePayload(text: string): Parsed<Uint8Array> {
  if (!text.startsWith(HEX)) return {ok: true, value: Buffer.from(text)}
  const digits = text.slice(HEX.length).replaceAll(/[\s:]/g, '')
  if (/^(?:[0-9a-f]{2})*$/i.test(digits)) return {ok: true, value: Buffer.from(digits, 'hex')}
  return {ok: false, because: `"${shorten(text, 40)}" is not a list of octets such as hex:0a0b0c`}
}

/** What came, safe to show: as text where it is text, else as `hex:`. Cut after 512 octets. */
export function showBytes(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, SHOWN))
  const more = bytes.length > SHOWN ? '…' : ''
  const text = shown.toString('utf8')
  const isText = Buffer.from(text).equals(shown) && readable(text) === text.length
  return isText ? stripControl(text).trim() + more : HEX + shown.toString('hex') + more
}

/** How many characters a person could have typed. */
function readable(text: string): number {
  return text.replaceAll(/[^\P{Cc}\t\n\r\u001B]/gu, '').length
}
