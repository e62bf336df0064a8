/** A check as workflow commands of GitHub Actions: an annotation at the line of each target that did not pass. */
import type {CheckPlace, CheckResult, CheckedGroup, CheckedTarget} from '../../core/check-result.ts'
import {stripControl} from '../../core/text.ts'
import {githubCommand} from '../github-command.ts'
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
    return flaky ? githubCommand('warning', {...placed(place, options), title}, flakyText(target)) : ''
  }
  if (verdict === 'interrupted') return ''
  const lines = [reasonText(target), ...reason.advice.slice(0, 2).map((text) => `→ ${stripControl(text)}`)]
  const level = wordOf(target) === 'FAIL' ? 'error' : 'warning'
  return githubCommand(level, {...placed(reason.place, options), title}, lines.join('\n'))
}

function groupAnnotation(group: CheckedGroup, options: GithubOptions): string {
  const {verdict, reason, name} = group
  if (reason === null || verdict === 'interrupted') return ''
  const title = `netdrill check: ${name}`
  const level = verdict === 'fail' ? 'error' : 'warning'
  return githubCommand(level, {...placed(reason.place, options), title}, groupText(group))
}

function placed({file, line, column}: CheckPlace, {pathOf}: GithubOptions): Readonly<Record<string, string>> {
  const path = pathOf(file)
  return path === null ? {} : {file: path, line: String(line), col: String(column)}
}
