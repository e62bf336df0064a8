/** A check as TAP 14 (Test Anything Protocol): a test point per target, diagnostics as YAML. */
import type {CheckResult, CheckedGroup, CheckedTarget} from '../../core/check-result.ts'
import {stripControl} from '../../core/text.ts'
import {countsText, flakyText, groupText, memberText, placeText, seconds, wordOf} from './texts.ts'

export function renderTap(result: CheckResult): string {
  const {targets, groups} = result
  const points = [
    ...targets.flatMap((target, index) => pointLines(target, index + 1)),
    ...groups.flatMap((group, index) => groupLines(group, targets.length + index + 1)),
  ]
  const bail = result.interrupted ? ['Bail out! interrupted'] : []
  const lines = [
    'TAP version 14',
    `1..${targets.length + groups.length}`,
    ...points,
    `# ${countsText(result.counts)}`,
    ...bail,
  ]
  return `${lines.join('\n')}\n`
}

function pointLines(target: CheckedTarget, number: number): string[] {
  const {verdict, reason} = target
  const ok = verdict === 'fail' ? 'not ok' : 'ok'
  const skip =
    verdict === 'fail' || reason === null ? '' : ` # SKIP ${escapeTap(`${reason.code}: ${reason.text}`)}`
  // A failed point with TODO doesn't fail the run.
  const todo = wordOf(target) === 'down' ? ` # TODO ${escapeTap(memberText(target))}` : ''
  return [`${ok} ${number} - ${escapeTap(target.name)}${skip}${todo}`, ...diagnostics(target)]
}

function groupLines(group: CheckedGroup, number: number): string[] {
  const {verdict, reason, name, place, passed, needed, members} = group
  const ok = verdict === 'fail' ? 'not ok' : 'ok'
  const skip = verdict === 'fail' || reason === null ? '' : ` # SKIP ${escapeTap(groupText(group))}`
  const values = {members, passed, needed, ...(reason ? {message: reason.text, at: placeText(place)} : {})}
  return [`${ok} ${number} - group ${escapeTap(name)}${skip}`, ...block(values)]
}

/** JSON texts are YAML texts, so nothing from the network can end the block. */
function diagnostics(target: CheckedTarget): string[] {
  const {reason, url, took, attempts, flaky, expectations, verdict} = target
  const unmet = expectations.filter(({met}) => met !== true).map(({text}) => text)
  const values: Readonly<Record<string, unknown>> = {
    url,
    duration_s: Number(seconds(took)),
    ...(attempts > 1 ? {attempts} : {}),
    ...(flaky ? {flaky, comment: flakyText(target)} : {}),
    ...(verdict === 'fail' && reason
      ? {message: reason.text, code: reason.code, at: placeText(reason.place), unmet, next: reason.advice}
      : {}),
  }
  return block(values)
}

function block(values: Readonly<Record<string, unknown>>): string[] {
  const lines = Object.entries(values).map(([key, value]) => `  ${key}: ${clean(JSON.stringify(value))}`)
  return ['  ---', ...lines, '  ...']
}

/** `#` begins a directive, the backslash escapes it. */
function escapeTap(text: string): string {
  return stripControl(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#')
}

function clean(json: string): string {
  return stripControl(json)
}
