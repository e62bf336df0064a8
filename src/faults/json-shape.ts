/** Careful access to JSON that other programs wrote: a wrong shape is "not there", never an exception. */

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

export function asNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** Follows a dotted path such as `delay.jitter`. */
export function at(value: unknown, path: string): unknown {
  let current = value
  for (const key of path.split('.')) current = asRecord(current)[key]
  return current
}
