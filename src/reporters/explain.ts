/** Codes in plain words, as text, JSON and Markdown. */
import type {Blame, Category, RetryClass, Stage} from '../core/failure.ts'
import {toJsonDocument} from '../core/json.ts'
import {displayWidth, wrapToWidth} from '../core/width.ts'
import {BLAMED, renderEntries, renderEntry} from './probe-text.ts'
import {chooseStyle} from './style.ts'

export interface Explanation {
  readonly kind: 'failure' | 'problem' | 'lint' | 'exit'
  readonly code: string
  readonly title: string
  readonly meaning: string
  readonly advice: readonly string[]
  /** Only of failures. */
  readonly failure: {
    readonly stage: Stage
    readonly category: Category
    readonly detail: string
    readonly blame: Blame
    readonly retry: RetryClass
  } | null
}

/** How a policy treats each class, unless it has a strategy of its own for the category. */
const TREATED: Readonly<Record<RetryClass, string>> = {
  ladder: 'retries it: climbs the ladder of attempts',
  fallback: 'retries it: the next address or resolver first, then the ladder',
  backoff: 'retries it patiently: the immediate attempts are left out',
  once: 'retries it once',
  never: 'does not retry it: no retry would help',
  config: 'does not retry it: what is configured has to be mended',
}

const WIDTH = 100

export function renderExplanation(
  entry: Explanation,
  {color, width}: {color: boolean; width: number},
): string {
  const style = chooseStyle(color)
  const options = {style, width: Math.min(width, WIDTH)}
  const {failure} = entry
  const name = entry.kind === 'exit' ? `exit code ${entry.code}` : entry.code
  const lines = [
    `${style('strong', name)}: ${entry.title}`,
    '',
    ...wrapToWidth(entry.meaning, options.width),
    ...(failure || entry.advice.length > 0 ? [''] : []),
  ]
  if (failure) {
    lines.push(
      ...renderEntry('stage', failure.stage, options),
      ...renderEntry('category', `${failure.category}.${failure.detail}`, options),
      ...renderEntry('cause', `most likely ${BLAMED[failure.blame]}`, options),
      ...renderEntry('policy', TREATED[failure.retry], options),
    )
  }
  lines.push(...renderEntries('next', entry.advice, options))
  return lines.map((line) => `${line}\n`).join('')
}

/** One line per code, in groups. */
export function renderExplanationList(
  entries: readonly Explanation[],
  {color, width}: {color: boolean; width: number},
): string {
  const style = chooseStyle(color)
  const column = Math.max(...entries.map(({code}) => displayWidth(code)))
  const groups: readonly (readonly [Explanation['kind'], string])[] = [
    ['failure', 'failures of a probe'],
    ['problem', 'problems of a command or document'],
    ['lint', 'findings of policy lint'],
    ['exit', 'exit codes'],
  ]
  const blocks = groups.map(([kind, title]) => {
    const rows = entries.filter((entry) => entry.kind === kind)
    const lines = rows.map(({code, title: text}) => {
      const [first = ''] = wrapToWidth(text, Math.max(20, width - column - 4))
      return `  ${code.padEnd(column)}  ${first}`
    })
    return rows.length === 0 ? '' : [style('strong', title), ...lines, ''].join('\n')
  })
  return `${blocks.filter((block) => block !== '').join('\n')}`
}

export function renderExplanationJson(entries: readonly Explanation[], isList: boolean): string {
  const documents = entries.map(({kind, code, title, meaning, advice, failure}) => ({
    kind,
    code,
    title,
    meaning,
    ...failure,
    ...(failure ? {policy: TREATED[failure.retry]} : {}),
    advice,
  }))
  const body = isList ? {codes: documents} : documents[0]
  return `${toJsonDocument({schema: 'netdrill/explain/1', ...body})}\n`
}

/** The reference page of all codes, in Markdown. */
export function renderErrorsPage(entries: readonly Explanation[]): string {
  const of = (kind: Explanation['kind']): readonly Explanation[] =>
    entries.filter((entry) => entry.kind === kind)
  const exits = of('exit').map(({code, title, meaning}) => `| ${code} | ${title} | ${meaning} |`)
  return `${[
    '# Codes',
    '',
    'Written from the tables in `src/core/codes` by `npm run generate`; change those instead. The same text on the terminal:',
    '`netdrill explain CODE`.',
    '',
    '## Exit codes',
    '',
    '| code | name | meaning |',
    '|---|---|---|',
    ...exits,
    '',
    '## Failures of a probe',
    '',
    ...of('failure').flatMap(section),
    '## Problems of a command or document',
    '',
    ...of('problem').flatMap(section),
    '## Findings of policy lint',
    '',
    ...of('lint').flatMap(section),
  ]
    .join('\n')
    .trimEnd()}\n`
}

function section({code, title, meaning, advice, failure}: Explanation): readonly string[] {
  const facts = failure
    ? [
        `Stage ${failure.stage}, category ${failure.category}.${failure.detail}. Most likely cause: ${BLAMED[failure.blame]}.`,
        `A policy ${TREATED[failure.retry]}.`,
        '',
      ]
    : []
  const steps = advice.length > 0 ? [...advice.map((step) => `- ${step}`), ''] : []
  return [`### ${code}: ${title}`, '', meaning, '', ...facts, ...steps]
}
