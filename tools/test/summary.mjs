/** The table at the end of a run; its last line is for machines. */

/** One row per group with the reasons of skipped tests below it, then the sum alone on its line. */
export function renderSummary(lines) {
  const width = Math.max(5, ...lines.map(({name}) => name.length))
  const row = (name, ...cells) =>
    [name.padEnd(width), ...cells.map((cell) => String(cell).padStart(8))].join(' ')
  const text = [row('group', 'passed', 'failed', 'skipped', 'seconds')]
  for (const line of lines) {
    text.push(row(line.name, line.passed, line.failed, line.skipped, (line.ms / 1000).toFixed(1)))
    for (const note of line.notes)
      text.push(`${' '.repeat(width)}   ${line.whole ? 'skipped' : 'note'}: ${note}`)
  }
  const sum = (key) => lines.reduce((total, line) => total + line[key], 0)
  return [
    ...text,
    '',
    `${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`,
    '',
  ].join('\n')
}
