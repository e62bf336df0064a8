/** Whether a host name is one of these: `api.test`, or `*.test` for all below it. Absent patterns mean every name. */
export function fitsName(name: string, patterns: readonly string[] | undefined): boolean {
  if (patterns === undefined) return true
  const own = canonical(name)
  return patterns.some((pattern) => {
    const wanted = canonical(pattern)
    return wanted.startsWith('*.') ? own.endsWith(wanted.slice(1)) : own === wanted
  })
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
