/** Workflow commands of GitHub Actions. */
import {stripControl} from '../core/text.ts'

/** One line `::error file=…::text`; a line break in a text can't begin a command of its own. */
export function githubCommand(
  level: 'error' | 'warning',
  values: Readonly<Record<string, string>>,
  text: string,
): string {
  const properties = Object.entries(values).map(
    ([key, value]) => `${key}=${escapeProperty(stripControl(value))}`,
  )
  return `::${level} ${properties.join(',')}::${escapeData(text)}\n`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
