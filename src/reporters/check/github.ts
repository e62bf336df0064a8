/** A check as workflow commands of GitHub Actions: an annotation at the line of each target that did not pass. */
import type {CheckPlace, CheckResult, CheckedGroup, CheckedTarget} from '../../core/check-result.ts'
import {stripControl} from '../../core/text.ts'
import {flakyText, groupText, reasonText, wordOf} from './texts.ts'

export interface GithubOptions {
  /** The path of a document inside the repository; null where it has none. */
  readonly pathOf: (file: string) => string | null
}

/** Failures are errors; what is flaky, down inside a group or could not be measured is a warning. */
export function renderGithub(result: CheckResult, options: GithubOptions): string {
  return [
    ...result.targets.map((target) => annotation(target, options)),
    ...result.groups.map((group) => groupAnnotation(group, options)),
  ].join('')
}

function annotation(target: CheckedTarget, options: GithubOptions): string {
  const {verdict, reason, flaky, name, place} = target
  const title = `netdrill check: ${name}`
  if (reason === null) {
    return flaky ? command('warning', {...placed(place, options), title}, flakyText(target)) : ''
  }
  if (verdict === 'interrupted') return ''
  const lines = [reasonText(target), ...reason.advice.slice(0, 2).map((text) => `→ ${stripControl(text)}`)]
  const level = wordOf(target) === 'FAIL' ? 'error' : 'warning'
  return command(level, {...placed(reason.place, options), title}, lines.join('\n'))
}

function groupAnnotation(group: CheckedGroup, options: GithubOptions): string {
  const {verdict, reason, name} = group
  if (reason === null || verdict === 'interrupted') return ''
  const title = `netdrill check: ${name}`
  const level = verdict === 'fail' ? 'error' : 'warning'
  return command(level, {...placed(reason.place, options), title}, groupText(group))
}

function placed({file, line, column}: CheckPlace, {pathOf}: GithubOptions): Readonly<Record<string, string>> {
  const path = pathOf(file)
  return path === null ? {} : {file: path, line: String(line), col: String(column)}
}

function command(level: 'error' | 'warning', values: Readonly<Record<string, string>>, text: string): string {
  const properties = Object.entries(values).map(
    ([key, value]) => `${key}=${escapeProperty(stripControl(value))}`,
  )
  return `::${level} ${properties.join(',')}::${escapeData(text)}\n`
}

/** A line break in the text must not begin a command of its own. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
