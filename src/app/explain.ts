/** Finds what a person wants explained. */
import type {ProblemEntry} from '../core/codes/entry.ts'
import {EXITS} from '../core/codes/exits.ts'
import {FAILURES, FINDINGS, PROBLEMS} from '../core/codes/index.ts'
import {LINT_FINDINGS} from '../core/codes/lint.ts'
import {UserError} from '../core/errors.ts'
import {suggest} from '../core/text.ts'
import {
  type Explanation,
  renderErrorsPage,
  renderExplanation,
  renderExplanationJson,
  renderExplanationList,
} from '../reporters/explain.ts'
import {systemTerminal} from '../system/terminal.ts'

/** Every code there is: failures, problems, findings of lint, exit codes. */
export function allExplanations(): readonly Explanation[] {
  const failures = Object.entries({...FAILURES, ...FINDINGS}).map(([code, entry]): Explanation => {
    const {title, meaning, advice, stage, category, detail, blame, retry} = entry
    return {kind: 'failure', code, title, meaning, advice, failure: {stage, category, detail, blame, retry}}
  })
  return [
    ...failures,
    ...plain('problem', PROBLEMS),
    ...plain('lint', LINT_FINDINGS),
    ...plain('exit', EXITS),
  ]
}

function plain(
  kind: Exclude<Explanation['kind'], 'failure'>,
  rows: Readonly<Record<string, ProblemEntry>>,
): readonly Explanation[] {
  return Object.entries(rows).map(([code, entry]) => ({kind, code, ...entry, failure: null}))
}

/**
 * Finds a code in any spelling (`tcp-refused`, `Tcp_Refused`, `3`, `exit 3`). A word that begins several codes, such
 * as `tls`, gives all of them. Throws `USAGE_INVALID` with what is near.
 */
function findExplanations(word: string): readonly Explanation[] {
  const all = allExplanations()
  const code = word
    .trim()
    .replace(/^exit(?:[ _-]?code)?[ _-]*(?=\d)/i, '')
    .replaceAll(/[ -]+/g, '_')
    .toUpperCase()
  const exact = all.filter((entry) => entry.code === code)
  if (exact.length > 0) return exact
  const family = code === '' ? [] : all.filter((entry) => entry.code.startsWith(`${code}_`))
  if (family.length > 0) return family
  const near = suggest(
    code,
    all.map((entry) => entry.code),
  )
  throw new UserError({
    code: 'USAGE_INVALID',
    message: `there is no code "${word}"`,
    advice: [
      ...(near === null ? [] : [`did you mean ${near}?`]),
      'netdrill explain --list shows all of them',
    ],
  })
}

/** What `explain` prints: one code in full, several as a list; null stands for all. */
export function explain(
  word: string | null,
  options: {readonly json: boolean; readonly color: boolean},
): string {
  const entries = word === null ? allExplanations() : findExplanations(word)
  const [only] = entries
  const isList = entries.length !== 1
  if (options.json) return renderExplanationJson(entries, isList)
  const {color, columns} = systemTerminal({color: options.color})
  const look = {color, width: columns}
  return only && !isList ? renderExplanation(only, look) : renderExplanationList(entries, look)
}

/** The text of `docs/errors.md`. */
export function errorsPage(): string {
  return renderErrorsPage(allExplanations())
}
