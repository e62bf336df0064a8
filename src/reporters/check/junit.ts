/** A check as JUnit XML: a suite per document, a case per target. Times are seconds. */
import type {CheckResult, CheckedTarget} from '../../core/check-result.ts'
import {stripControl} from '../../core/text.ts'
import {flakyText, placeText, reasonText, seconds, titleOf, wordOf} from './texts.ts'

export function renderJunit(result: CheckResult): string {
  const {duration} = result
  const suites = result.files.map((file) => {
    const targets = result.targets.filter(({place}) => place.file === file)
    return suiteLines(file, targets, result)
  })
  const head = attributes({
    name: `netdrill check ${titleOf(result)}`,
    ...countsOf(result.targets),
    time: seconds(duration),
  })
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${head}>`, ...suites.flat()]
  return `${[...lines, '</testsuites>'].join('\n')}\n`
}

function suiteLines(file: string, targets: readonly CheckedTarget[], {started}: CheckResult): string[] {
  const time = targets.reduce((sum, {took}) => sum + took, 0)
  const name = file === '-' ? 'standard input' : file
  // The schema knows neither fractions nor zones.
  const head = attributes({name, ...countsOf(targets), time: seconds(time), timestamp: started.slice(0, 19)})
  return [`  <testsuite${head}>`, ...targets.flatMap((target) => caseLines(target)), '  </testsuite>']
}

function countsOf(targets: readonly CheckedTarget[]): Readonly<Record<string, number>> {
  const count = (...words: readonly string[]): number =>
    targets.filter((target) => words.includes(wordOf(target))).length
  return {tests: targets.length, failures: count('FAIL'), errors: 0, skipped: count('skip', 'stop')}
}

function caseLines(target: CheckedTarget): string[] {
  const {name, kind, place, took} = target
  const head = attributes({
    name,
    classname: `netdrill.${kind}`,
    file: place.file,
    line: place.line,
    time: seconds(took),
  })
  const inside = [...propertyLines(target), ...verdictLines(target)]
  return inside.length === 0
    ? [`    <testcase${head}/>`]
    : [`    <testcase${head}>`, ...inside, '    </testcase>']
}

function propertyLines(target: CheckedTarget): string[] {
  const {url, attempts, flaky, tags} = target
  const properties = {
    url,
    ...(tags.length > 0 ? {tags: tags.join(' ')} : {}),
    ...(attempts > 1 ? {attempts} : {}),
    ...(flaky ? {flaky: 'true'} : {}),
  }
  const lines = Object.entries(properties).map(
    ([name, value]) => `        <property${attributes({name, value})}/>`,
  )
  return ['      <properties>', ...lines, '      </properties>']
}

function verdictLines(target: CheckedTarget): string[] {
  const {reason, verdict} = target
  if (reason === null) {
    return target.flaky ? [`      <system-out>${escapeXml(flakyText(target))}</system-out>`] : []
  }
  const message = reasonText(target)
  if (verdict !== 'fail') return [`      <skipped${attributes({message})}/>`]
  const detail = [
    ...target.expectations.filter(({met}) => met !== true).map(({text}) => `not met: ${text}`),
    `at ${placeText(reason.place)}`,
    ...reason.advice.map((text) => `next: ${text}`),
  ]
  const body = detail.map((line) => escapeXml(stripControl(line))).join('\n')
  return [`      <failure${attributes({type: reason.code, message})}>${body}</failure>`]
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(stripControl(String(value)))}"`)
    .join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Also replaces what XML 1.0 can't hold at all (§2.2): lone surrogates and noncharacters. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter)
    .replace(/[\uFFFE\uFFFF]/g, '\uFFFD')
}
