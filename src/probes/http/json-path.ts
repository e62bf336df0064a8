/** A value of a JSON text by its path: names with dots between, `[0]` or a bare number for an element. */

/** As text: a string as it is, `null` for null and for what is not there, anything else as JSON. Undefined: no JSON. */
export function jsonValue(text: string, path: string): string | null | undefined {
  let value = parse(text)
  if (value === undefined) return undefined
  for (const step of path.replace(/\[(\d+)\]/g, '.$1').split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return null
    value = (value as Readonly<Record<string, unknown>>)[step]
  }
  if (value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
