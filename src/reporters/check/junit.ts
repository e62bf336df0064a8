/** A check as JUnit XML: a suite per document, a case per target. Times are seconds. */
import type {CheckResult, CheckedGroup, CheckedTarget} from '../../core/check-result.ts'
import {stripControl} from '../../core/text.ts'
import {
  type CheckWord,
  flakyText,
  groupText,
  groupWordOf,
  memberText,
  placeText,
  reasonText,
  seconds,
  titleOf,
  wordOf,
} from './texts.ts'

export function renderJunit(result: CheckResult): string {
  const {duration} = result
  const suites = result.files.map((file) => {
    const targets = result.targets.filter(({place}) => place.file === file)
    const groups = result.groups.filter(({place}) => place.file === file)
    return suiteLines(file, {targets, groups}, result)
  })
  const head = attributes({
    name: `netdrill check ${titleOf(result)}`,
    ...countsOf(result),
    time: seconds(duration),
  })
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${head}>`, ...suites.flat()]
  return `${[...lines, '</testsuites>'].join('\n')}\n`
}

type Cases = Pick<CheckResult, 'targets' | 'groups'>

function suiteLines(file: string, cases: Cases, {started}: CheckResult): string[] {
  const {targets, groups} = cases
  const time = targets.reduce((sum, {took}) => sum + took, 0)
  const name = file === '-' ? 'standard input' : file
  // The schema knows neither fractions nor zones.
  const head = attributes({name, ...countsOf(cases), time: seconds(time), timestamp: started.slice(0, 19)})
  return [
    `  <testsuite${head}>`,
    ...targets.flatMap((target) => caseLines(target)),
    ...groups.flatMap((group) => groupLines(group)),
    '  </testsuite>',
  ]
}

function countsOf({targets, groups}: Cases): Readonly<Record<string, number>> {
  const found = [...targets.map(wordOf), ...groups.map(groupWordOf)]
  const count = (...words: readonly CheckWord[]): number =>
    found.filter((word) => words.includes(word)).length
  return {tests: found.length, failures: count('FAIL'), errors: 0, skipped: count('skip', 'stop', 'down')}
}

function groupLines(group: CheckedGroup): string[] {
  const {name, place, verdict, reason, members} = group
  const head = attributes({
    name,
    classname: 'netdrill.group',
    file: place.file,
    line: place.line,
    time: '0.000',
  })
  const message = groupText(group)
  const seen = `      <system-out>${escapeXml(`${message}: ${stripControl(members.join(', '))}`)}</system-out>`
  const failure = `      <failure${attributes({type: reason?.code ?? '', message})}>${escapeXml(`at ${placeText(place)}`)}</failure>`
  const inside =
    verdict === 'pass' ? seen : verdict === 'fail' ? failure : `      <skipped${attributes({message})}/>`
  return [`    <testcase${head}>`, inside, '    </testcase>']
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
  // JUnit knows no failure that doesn't count.
  if (wordOf(target) === 'down') {
    return [`      <skipped${attributes({message: `${message} (${memberText(target)})`})}/>`]
  }
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
