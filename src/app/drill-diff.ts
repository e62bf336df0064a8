/** Compares two runs of a drill: before and after a change. */
import {EXIT, type ExitCode, VERDICT_PRECEDENCE, type Verdict} from '../core/exit-codes.ts'
import type {Figure} from '../core/figures.ts'
import type {Ports} from '../core/ports.ts'
import {proportionInterval} from '../core/statistics.ts'
import type {DrillDocument} from '../reporters/drill-json.ts'
import {renderDrillDiff} from '../reporters/drill-diff.ts'
import type {Change, DrillDiff, ExpectationDiff, FigureDiff, RunSide} from '../reporters/drill-diff-view.ts'
import {type DrillFacts, emptyDrillFacts, foldDrillFacts} from '../reporters/drill-facts.ts'
import {systemTerminal} from '../system/terminal.ts'
import {type FoundJournal, findJournal} from './find-journal.ts'

/** Reads and compares two journals. Throws `UserError` when one can't be read. */
export async function diffJournals(
  before: string,
  after: string,
  ports: Pick<Ports, 'files' | 'host'>,
): Promise<DrillDiff> {
  return diffDrills(await findJournal(before, ports), await findJournal(after, ports))
}

type Recorded = Pick<FoundJournal, 'file' | 'events'>

/** Pure. Figures and expectations count only where both runs came to a pass or a fail: else they prove nothing. */
export function diffDrills(before: Recorded, after: Recorded): DrillDiff {
  const [old, fresh] = [before, after].map(({events}) => events.reduce(foldDrillFacts, emptyDrillFacts()))
  if (!old || !fresh) throw new TypeError('two journals are compared')
  const sides = {before: sideOf(before.file, old), after: sideOf(after.file, fresh)}
  const comparable = sides.before.conclusive && sides.after.conclusive
  const clear = <T extends {readonly change: Change}>(one: T): T =>
    comparable ? one : {...one, change: 'unclear'}
  const expectations = diffExpectations(old, fresh).map(clear)
  const figures = diffFigures(old, fresh).map(clear)
  const verdict = diffVerdicts(sides.before.verdict, sides.after.verdict)
  const changes = [verdict, ...[...expectations, ...figures].map(({change}) => change)]
  return {
    schema: 'netdrill/drill-diff/1',
    ...sides,
    verdict,
    expectations,
    figures,
    notes: notesOn(sides.before, sides.after),
    worse: changes.includes('worse'),
  }
}

/** The comparison as text for this terminal. */
export function describeDiff(diff: DrillDiff, options: {readonly color: boolean}): string {
  const {columns: width, color} = systemTerminal(options)
  return renderDrillDiff(diff, {width, color})
}

/** 1 when something got worse; 3 when nothing did, but the run after proves nothing; else 0. */
export function exitOfDiff({worse, after}: DrillDiff): ExitCode {
  if (worse) return EXIT.fail
  return after.conclusive ? EXIT.pass : EXIT.inconclusive
}

function isConclusive({run, verdict}: DrillDocument): boolean {
  // Figures are the last that a watch tells: without them it was cut off, and there is nothing to compare.
  return run?.purpose === 'monitor' || verdict === 'pass' || verdict === 'fail'
}

function sideOf(file: string, {document}: DrillFacts): RunSide {
  const {run, verdict, reasons} = document
  return {
    file,
    run: run?.id ?? '',
    title: run?.title ?? '',
    started: run?.started ?? '',
    verdict,
    conclusive: isConclusive(document),
    reasons,
  }
}

/** In the order in which verdicts decide; a run without one is the worst. */
function diffVerdicts(before: Verdict | null, after: Verdict | null): Change {
  const rank = (verdict: Verdict | null): number =>
    verdict === null ? -1 : VERDICT_PRECEDENCE.indexOf(verdict)
  return rank(after) < rank(before) ? 'worse' : rank(after) > rank(before) ? 'better' : 'same'
}

function diffExpectations(before: DrillFacts, after: DrillFacts): readonly ExpectationDiff[] {
  const [old, fresh] = [wordsOf(before), wordsOf(after)]
  return [...new Set([...old.keys(), ...fresh.keys()])].map((text) => {
    const pair = {before: old.get(text) ?? 'missing', after: fresh.get(text) ?? 'missing'} as const
    return {text, ...pair, change: diffWords(pair)}
  })
}

function wordsOf({document}: DrillFacts): ReadonlyMap<string, 'met' | 'not met' | 'not judged'> {
  return new Map(
    document.expectations.map(({text, met}) => [text, met === null ? 'not judged' : met ? 'met' : 'not met']),
  )
}

function diffWords({before, after}: Pick<ExpectationDiff, 'before' | 'after'>): Change {
  if (before === after) return 'same'
  if (after === 'not met' && before === 'met') return 'worse'
  return after === 'met' && before === 'not met' ? 'better' : 'unclear'
}

function diffFigures(before: DrillFacts, after: DrillFacts): readonly FigureDiff[] {
  const find = ({document}: DrillFacts, name: string): Figure | null =>
    document.figures.find((figure) => figure.name === name) ?? null
  const names = [...before.document.figures, ...after.document.figures].map(({name}) => name)
  return [...new Set(names)].map((name) => {
    const old = find(before, name)
    const fresh = find(after, name)
    const compared = compareFigures(old && withChance(old, before), fresh && withChance(fresh, after))
    return {name, before: valueOf(old), after: valueOf(fresh), ...compared}
  })
}

function valueOf(figure: Figure | null): FigureDiff['before'] {
  if (!figure) return null
  const {value, unit, low, high} = figure
  return {value, unit, low, high}
}

type Compared = Pick<FigureDiff, 'difference' | 'beyond' | 'change'>

function compareFigures(before: Figure | null, after: Figure | null): Compared {
  if (!before || !after) return {difference: null, beyond: false, change: 'unclear'}
  if (before.value === null || after.value === null) return compareMissing(before, after)
  const difference = after.value - before.value
  const grew = (after.low ?? after.value) > (before.high ?? before.value)
  const shrank = (after.high ?? after.value) < (before.low ?? before.value)
  if (!grew && !shrank) return {difference, beyond: false, change: 'same'}
  return {difference, beyond: true, change: grew === isBetterWhenMore(before.name) ? 'better' : 'worse'}
}

/** A recovery that was not observed never came; any other figure that is missing says nothing. */
function compareMissing(before: Figure, after: Figure): Compared {
  const nothing = {difference: null, beyond: false} as const
  if (before.value === after.value) return {...nothing, change: 'same'}
  if (!before.name.endsWith('.recovery')) return {...nothing, change: 'unclear'}
  return {difference: null, beyond: true, change: after.value === null ? 'worse' : 'better'}
}

function isBetterWhenMore(name: string): boolean {
  return name.endsWith('.availability')
}

/**
 * Counts and shares carry no range of their own, but two runs of the same drill never give quite the same: the range
 * of a count is ± its square root (two ranges of that kind that don't touch are a rare chance), that of an
 * availability the Wilson interval at 99 %.
 */
function withChance(figure: Figure, {targets}: DrillFacts): Figure {
  const {name, value, unit, low, high} = figure
  if (value === null || low !== high) return figure
  if (unit === 'count') {
    const spread = Math.max(1, Math.sqrt(value))
    return {...figure, low: Math.max(0, value - spread), high: value + spread}
  }
  const sent = targets.get(name.slice(0, name.lastIndexOf('.')))?.sent ?? 0
  return unit === 'ratio' && sent > 0 ? {...figure, ...proportionInterval(value * sent, sent)} : figure
}

function notesOn(before: RunSide, after: RunSide): readonly string[] {
  const notes: string[] = []
  if (before.title !== after.title)
    notes.push(`these are different runs: "${before.title}" and "${after.title}"`)
  for (const [name, {verdict, conclusive}] of Object.entries({before, after})) {
    if (!conclusive)
      notes.push(
        `the run ${name} is ${verdict ?? 'without a verdict'}: its figures prove nothing and are not judged`,
      )
  }
  if (before.run === after.run) notes.push('both journals are of the same run')
  return notes
}
