/** The name of a fault in the kernel and on disk: unique among all runs, and made of letters that nft takes. */
export function faultKey(run: string, id: string): string {
  const clean = id.replace(/[^A-Za-z0-9]+/g, '_').slice(0, 40)
  return run === id ? clean : `${clean}_${hash(`${run}/${id}`)}`
}

/** FNV-1a over 52 bits' worth of two 32-bit halves: enough to keep runs apart, short enough to type. */
function hash(text: string): string {
  let a = 0x811c9dc5
  let b = 0x01000193
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ code, 0x85ebca6b)
  }
  return ((a >>> 0).toString(36) + (b >>> 0).toString(36)).slice(0, 10)
}
