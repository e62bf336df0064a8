/**
 * A drill as JUnit XML: one test case per line of proof and per expectation, and one for the verdict, so that the
 * suite is green exactly when the drill passed. Inconclusive is an error, not a failure: it says nothing about the
 * connection.
 */
import {faultLabel} from '../core/fault-label.ts'
import {judgedLines} from './judged-lines.ts'
import type {DrillReport} from './drill-report.ts'
import {speakVerdict} from './drill-verdict.ts'
import {type Markup, markup} from './html/markup.ts'

type CaseResult = 'passed' | 'failure' | 'error' | 'skipped'

interface TestCase {
  readonly group: 'fault' | 'expectation' | 'verdict'
  readonly name: string
  readonly result: CaseResult
  readonly message: string
}

export function renderDrillJunit(report: DrillReport): string {
  const {run} = report.facts.document
  const title = run?.title ?? 'drill'
  const cases = [...proofCases(report), ...expectationCases(report), verdictCase(report)]
  const count = (result: CaseResult): number => cases.filter((one) => one.result === result).length
  const properties = run
    ? Object.entries({
        run: run.id,
        command: run.command,
        seed: String(run.seed),
        platform: run.platform,
        netdrill: run.version,
      })
    : []
  const seconds = (report.end / 1000).toFixed(3)
  const stamp = run ? markup` timestamp="${run.started}"` : null
  const suite = markup`<testsuite name="${title}" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${seconds}"${stamp}>
<properties>
${properties.map(([name, value]) => markup`<property name="${name}" value="${value}"/>\n`)}</properties>
${cases.map((one) => renderCase(one, title))}</testsuite>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${String(suite)}\n</testsuites>\n`
}

function renderCase({group, name, result, message}: TestCase, title: string): Markup {
  return markup`<testcase classname="${title}.${group}" name="${name}" time="0">${renderResult(result, message)}</testcase>\n`
}

function renderResult(result: CaseResult, message: string): Markup {
  switch (result) {
    case 'passed':
      return markup`<system-out>${message}</system-out>`
    case 'failure':
      return markup`<failure type="not-met" message="${message}"/>`
    case 'error':
      return markup`<error type="inconclusive" message="${message}"/>`
    case 'skipped':
      return markup`<skipped message="${message}"/>`
  }
}

function proofCases({facts}: DrillReport): readonly TestCase[] {
  return facts.document.faults.flatMap((fault): readonly TestCase[] => {
    const {summary, applied, proofs} = fault
    const name = faultLabel(fault)
    if (proofs.length === 0) {
      const message = applied ? 'it was not measured' : 'it was never in force'
      return [{group: 'fault', name: `${name}: ${summary}`, result: 'error', message}]
    }
    return proofs.map(({what, asked, measured, verdict}) => ({
      group: 'fault',
      name: `${name}: ${what}`,
      result: verdict === 'verified' ? 'passed' : 'error',
      message: `asked ${asked}, measured ${measured}: ${verdict.replaceAll('-', ' ')}`,
    }))
  })
}

/** Under a fault that was not real, met or not met says nothing. */
function expectationCases({facts}: DrillReport): readonly TestCase[] {
  const {verdict} = facts.document
  const isJudged = verdict === 'pass' || verdict === 'fail'
  return judgedLines(facts.document).map(({text, met, actual}) => {
    const word = met === null ? 'not judged' : met ? 'met' : 'not met'
    const result = met === null ? 'error' : isJudged ? (met ? 'passed' : 'failure') : 'skipped'
    const message =
      result === 'skipped'
        ? `${word} (${actual}), but the drill is ${verdict ?? 'unfinished'}`
        : `${word}: ${actual}`
    return {group: 'expectation', name: text, result, message}
  })
}

function verdictCase(report: DrillReport): TestCase {
  const {word, meaning, reasons} = speakVerdict(report)
  const {verdict} = report.facts.document
  const result = verdict === 'pass' ? 'passed' : verdict === 'fail' ? 'failure' : 'error'
  return {group: 'verdict', name: 'verdict', result, message: [`${word}: ${meaning}`, ...reasons].join('; ')}
}
