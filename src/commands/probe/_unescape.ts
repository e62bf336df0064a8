const ESCAPES: Readonly<Record<string, string>> = {r: '\r', n: '\n', t: '\t', '\\': '\\'}

/** A shell has no handy way to type a line end. */
export function unescape(text: string): string {
  return text.replace(/\\([rnt\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter)
}
