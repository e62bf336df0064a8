import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {renderDrillJunit} from '../../../src/reporters/drill-junit.ts'
import {escapeMarkdown, renderDrillMarkdown} from '../../../src/reporters/drill-markdown.ts'
import {collectDrillReport} from '../../../src/reporters/drill-report.ts'
import {renderDrillHtml} from '../../../src/reporters/html/page.ts'
import {readRun} from '../../support/record-run.ts'
import {readMarkup} from '../../support/well-formed.ts'

const run = readRun()
const calm = collectDrillReport(run, true)
const shape = (markup: string): readonly string[] => {
  const {elements, attributes} = readMarkup(markup)
  return [...elements, ...new Set(attributes.map(({element, name}) => `${element}@${name}`))]
}

/** Texts that try to become markup, and arbitrary ones. */
const hostile = fc.oneof(
  fc.string({unit: 'binary', maxLength: 40}),
  fc.constantFrom(
    '</style><script>alert(1)</script>',
    '" onload="alert(1)" x="',
    "' onclick='alert(1)",
    '<svg onload=alert(1)>',
    ']]><x/>',
    '&lt;b&gt;&#x0;',
    '-->',
    '\u001B[31m\u0000\uD800\uFFFE\u202E',
    '](javascript:alert(1))',
    '| x | y |\n\n# title',
  ),
)

/** Every text of the journal that a person, a document or the network has put there. */
function poison(text: string): readonly RunEvent[] {
  return run.map((event): RunEvent => {
    switch (event.type) {
      case 'run-started':
        return {
          ...event,
          run: {...event.run, title: text, id: text, platform: text, started: text, backends: [text]},
        }
      case 'target-added':
        return {...event, target: {...event.target, url: text, policy: text}}
      case 'fault-added':
        return {...event, fault: {...event.fault, name: `${event.fault.id}${text}`, summary: text}}
      case 'fault-measured':
        return {
          ...event,
          proofs: event.proofs.map((proof) => ({...proof, what: text, asked: text, measured: text})),
        }
      case 'state-changed':
        return {...event, because: text}
      case 'expectation':
        return {...event, text, actual: text}
      case 'verdict':
        return {...event, reasons: event.reasons.map(() => text)}
      case 'run-ended':
        return {...event, journal: text}
      default:
        return event
    }
  })
}

/** The names of faults decide whether their labels fit, so only what is no label may be counted. */
const withoutLabels = (shapes: readonly string[]): readonly string[] =>
  [...new Set(shapes)].filter((one) => !one.startsWith('text')).toSorted()

describe('hostile text in a journal', () => {
  it('stays text on the page', () => {
    const expected = withoutLabels(shape(renderDrillHtml(calm)))
    fc.assert(
      fc.property(hostile, (text) => {
        const page = renderDrillHtml(collectDrillReport(poison(text), true))
        expect(withoutLabels(shape(page))).toEqual(expected)
      }),
      {numRuns: 60},
    )
  })

  it('stays text in JUnit', () => {
    const expected = shape(renderDrillJunit(calm))
    fc.assert(
      fc.property(hostile, (text) => {
        expect(shape(renderDrillJunit(collectDrillReport(poison(text), true)))).toEqual(expected)
      }),
      {numRuns: 60},
    )
  })

  it('breaks no line and no cell in Markdown', () => {
    const lines = (text: string): readonly number[] =>
      text.split('\n').map((line) => (line.startsWith('|') ? line.split(/(?<!\\)\|/).length : 0))
    const expected = lines(renderDrillMarkdown(calm))
    fc.assert(
      fc.property(hostile, (text) => {
        const markdown = renderDrillMarkdown(collectDrillReport(poison(text), true))
        expect(lines(markdown)).toEqual(expected)
        expect(escapeMarkdown(text)).not.toMatch(/[<>@]|(?<!\\)[`*[\]|]/)
      }),
      {numRuns: 100},
    )
  })
})
