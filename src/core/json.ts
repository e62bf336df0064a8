/** JSON for journals and pipes. */

/** Microseconds are as fine as any clock here is true; more digits are noise that fills journals. */
const DECIMALS = 1000

/** One line of JSON, with fractions cut to three decimals. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value, round)
}

/** An indented document, with fractions cut to three decimals. */
export function toJsonDocument(value: unknown): string {
  return JSON.stringify(value, round, 2)
}

function round(_key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isInteger(value)) return value
  // Ratios are small numbers that are meant: 0.0004 must not become 0.
  return Math.abs(value) < 1 ? Number(value.toPrecision(6)) : Math.round(value * DECIMALS) / DECIMALS
}
