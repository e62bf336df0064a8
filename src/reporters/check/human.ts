/** A check for people: one line per target, reasons under those that did not pass, a summary. */
import type {CheckResult, CheckedGroup, CheckedTarget} from '../../core/check-result.ts'
import {stripControl} from '../../core/text.ts'
import {formatDuration} from '../../core/units.ts'
import {fitToWidth, wrapToWidth} from '../../core/width.ts'
import {formatRtt} from '../probe-text.ts'
import {type Style, type StyleName, chooseStyle} from '../style.ts'
import {
  type CheckWord,
  countsText,
  flakyText,
  groupText,
  groupWordOf,
  reasonText,
  timeOf,
  wordOf,
} from './texts.ts'

export interface CheckHumanOptions {
  readonly color: boolean
  readonly unicode: boolean
  readonly width: number
  /** Only what did not pass, and the summary. */
  readonly quiet: boolean
  /** Every expectation of every target, with its value. */
  readonly verbose: boolean
}

export interface CheckHuman {
  /** The lines of one target, with line breaks; empty when it has nothing to say. */
  target(target: CheckedTarget): string
  end(result: CheckResult): string
}

const SYMBOLS: Readonly<Record<CheckWord, readonly [unicode: string, ascii: string, style: StyleName]>> = {
  pass: ['✓', '+', 'good'],
  flaky: ['~', '~', 'warning'],
  FAIL: ['✗', 'x', 'bad'],
  down: ['✗', 'x', 'warning'],
  skip: ['○', 'o', 'warning'],
  stop: ['■', '#', 'warning'],
}
const WORD = 5
const TIME = 10
const LONGEST_NAME = 32
/** Advice beyond this is for `netdrill explain`. */
const ADVICE = 2

export function checkHuman(names: readonly string[], options: CheckHumanOptions): CheckHuman {
  const style = chooseStyle(options.color)
  const widest = Math.max(4, ...names.map((name) => stripControl(name).length))
  const nameWidth = Math.min(LONGEST_NAME, widest, Math.max(8, options.width - 40))
  const look = {...options, style, nameWidth}
  return {
    target: (target) => (options.quiet && wordOf(target) === 'pass' ? '' : join(targetLines(target, look))),
    end: (result) => join(endLines(result, look)),
  }
}

/** The whole report at once: the same text as line by line. */
export function renderCheckHuman(result: CheckResult, options: CheckHumanOptions): string {
  const human = checkHuman(
    [...result.targets, ...result.groups].map(({name}) => name),
    options,
  )
  return result.targets.map((target) => human.target(target)).join('') + human.end(result)
}

interface Look extends CheckHumanOptions {
  readonly style: Style
  readonly nameWidth: number
}

function targetLines(target: CheckedTarget, look: Look): string[] {
  const {style, unicode, nameWidth, width, verbose} = look
  const ellipsis = unicode ? '…' : '~'
  const word = wordOf(target)
  const [symbol, ascii, name] = SYMBOLS[word]
  const head = `${unicode ? symbol : ascii} ${word.padEnd(WORD)}`
  const time = timeOf(target)
  const middle = `${fitToWidth(stripControl(target.name), nameWidth, 'left', ellipsis)} ${(time === null ? '-' : formatRtt(time)).padStart(TIME)}`
  const room = width - head.length - middle.length - 4
  const url = fitToWidth(stripControl(target.url), Math.max(8, room), 'left', ellipsis).trimEnd()
  return [
    `${style(name, head)}  ${middle}  ${style('dim', url)}`,
    ...reasonLines(target, look),
    ...(verbose ? expectationLines(target, look) : []),
  ]
}

const INDENT = 8

function reasonLines(target: CheckedTarget, {style, width, unicode}: Look): string[] {
  const room = width - INDENT
  const indented = (lines: readonly string[], name: StyleName): string[] =>
    lines.map((line) => `${' '.repeat(INDENT)}${style(name, line)}`)
  const again = target.checks > 1 ? [`probed ${target.checks} times in ${formatDuration(target.took)}`] : []
  const {reason} = target
  if (reason === null) {
    const notes = [...(target.flaky ? [flakyText(target)] : []), ...again]
    return indented(notes, target.flaky ? 'warning' : 'dim')
  }
  const arrow = unicode ? '→' : '->'
  const advice = reason.advice
    .slice(0, ADVICE)
    .flatMap((text) => wrapToWidth(`${arrow} ${stripControl(text)}`, room))
  const tries = target.attempts > 1 ? [`after ${target.attempts} attempts`] : []
  return [
    ...indented(wrapToWidth(reasonText(target), room), 'plain'),
    ...indented([...tries, ...again], 'dim'),
    ...indented(advice, 'dim'),
  ]
}

function expectationLines({expectations}: CheckedTarget, {style, width}: Look): string[] {
  return expectations.flatMap(({met, text}) => {
    const word = met === true ? 'met' : met === null ? 'unknown' : 'NOT met'
    const lines = wrapToWidth(`${word}: ${stripControl(text)}`, width - INDENT)
    return lines.map((line) => `${' '.repeat(INDENT)}${style(met === true ? 'dim' : 'bad', line)}`)
  })
}

const VERDICTS: Readonly<Record<CheckResult['verdict'], readonly [word: string, style: StyleName]>> = {
  pass: ['PASS', 'good'],
  fail: ['FAIL', 'bad'],
  inconclusive: ['INCONCLUSIVE', 'warning'],
  aborted: ['INTERRUPTED', 'warning'],
  leftovers: ['LEFTOVERS', 'bad'],
  error: ['ERROR', 'bad'],
}

/** `✓ pass   bootstrap  2 of 3 passed, 2 needed`, wrapped below the name. */
function groupLines(group: CheckedGroup, {style, unicode, nameWidth, width}: Look): string[] {
  const word = groupWordOf(group)
  const [symbol, ascii, color] = SYMBOLS[word]
  const head = `${unicode ? symbol : ascii} ${word.padEnd(WORD)}`
  const name = fitToWidth(stripControl(group.name), nameWidth, 'left', unicode ? '…' : '~')
  const indent = head.length + 2 + nameWidth + 2
  const [first = '', ...rest] = wrapToWidth(groupText(group), Math.max(16, width - indent))
  return [`${style(color, head)}  ${name}  ${first}`, ...rest.map((line) => `${' '.repeat(indent)}${line}`)]
}

function endLines(result: CheckResult, look: Look): string[] {
  const {style, width, quiet} = look
  const [word, name] = VERDICTS[result.verdict]
  const text = `${word}  ${countsText(result.counts)}, in ${formatDuration(result.duration)}`
  const [first = '', ...rest] = wrapToWidth(text, width)
  const code = result.targets.find((target) => wordOf(target) === 'FAIL' || wordOf(target) === 'down')?.reason
    ?.code
  const more =
    code === undefined || quiet
      ? []
      : wrapToWidth(`netdrill explain ${code} tells more`, width).map((line) => style('dim', line))
  const gap = quiet ? [] : ['']
  const shown = result.groups.filter((group) => !quiet || group.verdict !== 'pass')
  const groups = shown.flatMap((group) => groupLines(group, look))
  return [
    ...gap,
    ...groups,
    ...(groups.length > 0 ? gap : []),
    first.replace(word, style(name, word)),
    ...rest,
    ...more,
  ]
}

function join(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
