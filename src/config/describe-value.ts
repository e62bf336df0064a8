/** Values in the words of a message. */
import {shorten} from '../core/text.ts'

/** A value as a message shows it. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(shorten(value, 40))
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a mapping'
}
