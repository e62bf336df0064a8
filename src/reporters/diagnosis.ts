/** A diagnosis on one screen: the ladder of layers, then cause, evidence, what it is not, and the next step. */
import type {Diagnosis, DiagnosisFinding, DiagnosisStep, StepState} from '../core/diagnosis.ts'
import type {Blame} from '../core/failure.ts'
import {formatDuration} from '../core/units.ts'
import {cutToWidth, wrapToWidth} from '../core/width.ts'
import {type Style, type StyleName, chooseStyle} from './style.ts'

export interface DiagnosisLook {
  readonly color: boolean
  readonly unicode: boolean
  readonly width: number
  /** Everything in full: no line is left out. */
  readonly verbose: boolean
  /** The verdict without the ladder. */
  readonly quiet: boolean
}

const MARKS: Readonly<Record<StepState, readonly [unicode: string, ascii: string, style: StyleName]>> = {
  ok: ['✓', 'ok', 'good'],
  warning: ['!', '!', 'warning'],
  failed: ['✗', 'x', 'bad'],
  skipped: ['–', '-', 'dim'],
  unseen: ['?', '?', 'warning'],
}
const LABEL = 10
/** A screen of 24 lines, with one left for the prompt. */
const LINES = 23

export function renderDiagnosis(diagnosis: Diagnosis, look: DiagnosisLook): string {
  const style = chooseStyle(look.color)
  const head = headline(diagnosis, style)
  const ladder = look.quiet ? [] : diagnosis.steps.map((step) => ladderLine(step, look, style))
  const verdict = verdictLines(diagnosis, {look, style, room: LINES - 1 - ladder.length - 1})
  return [head, ...ladder, ...(look.quiet ? [] : ['']), ...verdict]
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

function headline({target, duration_ms}: Diagnosis, style: Style): string {
  return `${style('strong', target)}  ${style('dim', `looked at in ${formatDuration(duration_ms)}`)}`
}

function ladderLine({layer, status, text}: DiagnosisStep, look: DiagnosisLook, style: Style): string {
  const [unicode, ascii, name] = MARKS[status]
  const mark = look.unicode ? unicode : ascii.padEnd(2)
  const room = look.width - 2 - mark.length - 1 - LABEL
  const shown = look.verbose ? text : cutToWidth(text, room)
  return `  ${style(name, mark)} ${layer.padEnd(LABEL - 1)} ${status === 'skipped' ? style('dim', shown) : shown}`
}

interface Frame {
  readonly look: DiagnosisLook
  readonly style: Style
  readonly room: number
}

interface Entry {
  readonly label: string
  readonly lines: readonly string[]
  /** May be left out on a small screen, least important first. */
  readonly rank: number
}

function verdictLines(diagnosis: Diagnosis, frame: Frame): readonly string[] {
  const {cause} = diagnosis
  const entries = cause ? causeEntries(diagnosis, cause, frame) : otherEntries(diagnosis, frame)
  const fitting = frame.look.verbose ? entries : fit(entries, frame.room)
  return fitting.flatMap(({label, lines}) =>
    lines.map((line, index) => `${frame.style('strong', (index === 0 ? label : '').padEnd(LABEL))}${line}`),
  )
}

const BLAMES: Readonly<Record<Blame, string>> = {
  target: 'the target',
  path: 'the path',
  resolver: 'the resolver',
  local: 'this machine or its network',
  usage: 'how it is asked for',
  bug: 'netdrill itself',
}

function causeEntries(diagnosis: Diagnosis, cause: DiagnosisFinding, {look, style}: Frame): readonly Entry[] {
  const wrap = (text: string): readonly string[] => wrapToWidth(text, look.width - LABEL)
  const head = `${style('bad', cause.code)}: ${cause.title} (layer ${cause.layer}; most likely ${BLAMES[cause.blame]})`
  const headLines = wrap(
    `${cause.code}: ${cause.title} (layer ${cause.layer}; most likely ${BLAMES[cause.blame]})`,
  )
  const first = headLines.length === 1 ? [head] : headLines
  return [
    {label: 'CAUSE', lines: [...first, ...wrap(cause.text)], rank: 0},
    ...list('EVIDENCE', cause.evidence, 2, wrap),
    ...(diagnosis.not.length > 0 ? [{label: 'NOT', lines: wrap(diagnosis.not.join(', ')), rank: 1}] : []),
    ...list('NEXT', cause.next, 1, wrap),
    ...rest(diagnosis, wrap),
  ]
}

function otherEntries(diagnosis: Diagnosis, {look, style}: Frame): readonly Entry[] {
  const wrap = (text: string): readonly string[] => wrapToWidth(text, look.width - LABEL)
  const {verdict, inconclusive} = diagnosis
  const said = {
    nothing_wrong: wrap('nothing wrong: every layer that was looked at works').map((line) =>
      style('good', line),
    ),
    inconclusive: [style('warning', 'inconclusive'), ...wrap(inconclusive ?? '')],
    interrupted: wrap('interrupted: this is what was measured until then'),
    cause_found: [],
  }[verdict]
  return [{label: 'VERDICT', lines: said, rank: 0}, ...rest(diagnosis, wrap)]
}

function rest(diagnosis: Diagnosis, wrap: (text: string) => readonly string[]): readonly Entry[] {
  const controls = diagnosis.controls.map(
    ({target, ok, code}) => `${target}: ${ok ? 'ok' : (code ?? 'not measured')}`,
  )
  return [
    ...list(
      'ALSO',
      diagnosis.warnings.map(({code, text}) => `${code}: ${text}`),
      3,
      wrap,
    ),
    ...list('CONTROL', controls, 3, wrap),
    ...list('UNSEEN', diagnosis.unseen, 2, wrap),
  ]
}

/** One entry per item, so that a small screen can drop the later ones. */
function list(
  label: string,
  items: readonly string[],
  rank: number,
  wrap: (text: string) => readonly string[],
): readonly Entry[] {
  return items.map((item, index) => ({
    label: index === 0 ? label : '',
    lines: wrap(item),
    rank: index === 0 ? rank : rank + 1 + index,
  }))
}

/** Leaves out the least important entries until the rest fits; the first cause line always stays. */
function fit(entries: readonly Entry[], room: number): readonly Entry[] {
  let kept = [...entries]
  const height = (): number => kept.reduce((sum, {lines}) => sum + lines.length, 0)
  while (height() > room && kept.length > 1) {
    const worst = Math.max(...kept.map(({rank}) => rank))
    if (worst === 0) break
    const index = kept.findLastIndex(({rank}) => rank === worst)
    kept = kept.filter((_, at) => at !== index)
  }
  return kept
}
