import {makeFailure} from '../../src/core/codes/index.ts'
import type {CheckResult} from '../../src/core/check-result.ts'
import type {FailureCode} from '../../src/core/codes/index.ts'
import type {RunEvent} from '../../src/core/events.ts'
import type {Outcome} from '../../src/core/outcome.ts'
import {openSource} from '../../src/config/source.ts'
import {readCondition} from '../../src/config/conditions/parse.ts'
import type {Expectation} from '../../src/config/conditions/schema.ts'
import {parseTargetUrl} from '../../src/core/target.ts'
import {SummaryFold} from '../../src/probes/summary.ts'
import type {CheckGroup, CheckTarget} from '../../src/scenarios/check/check-spec.ts'
import {judgeTarget} from '../../src/scenarios/check/judge-target.ts'
import {type CheckEnding, judgeCheck} from '../../src/scenarios/check/judge-check.ts'

/** A target of a check, as the loader would make it. */
export function checkTarget(
  name: string,
  more: Partial<Omit<CheckTarget, 'url'>> & {url?: string} = {},
): CheckTarget {
  const {url = 'tcp://192.0.2.1:443', ...rest} = more
  const parsed = parseTargetUrl(url)
  if (!parsed.ok) throw new Error(parsed.because)
  const place = {file: 'netdrill.yaml', line: 3, column: 3}
  return {
    name,
    url: parsed.value,
    tags: [],
    groups: [],
    family: 0,
    options: {},
    count: 1,
    interval: 1000,
    timeout: 3000,
    watch: {interval: 1000, timeout: 3000, fall: 2, rise: 1, health: {}},
    policy: null,
    expectations: [],
    place,
    position: openSource(place.file, `a:\nb:\n  ${name}:\n`).positionOf(['b', name]),
    ...rest,
  }
}

export function expecting(
  line: number,
  ...texts: readonly (string | readonly string[])[]
): CheckTarget['expectations'] {
  return texts.map((text, index) => {
    const expectation: Expectation =
      typeof text === 'string' ? readCondition(text) : {any: text.map((each) => readCondition(each))}
    return {expectation, place: {file: 'netdrill.yaml', line: line + index, column: 9}}
  })
}

export const good = (rtt: number): Outcome => ({
  status: 'ok',
  reading: {rtt, phase: {connect: rtt, total: rtt}, address: '192.0.2.1', family: 4, port: 443},
  took: rtt,
})
export const bad = (code: FailureCode, message: string): Outcome => ({
  status: 'failed',
  failure: makeFailure(code, message),
  partial: {phase: {}},
  took: 2,
})
export const skipped = (code: 'CAPABILITY_MISSING' | 'OBSERVER_GAP', text: string): Outcome => ({
  status: 'skipped',
  because: {code, text, advice: ['netdrill doctor shows what is missing']},
})

/** What the summary makes of these outcomes, each after so many failed attempts. */
function measured(target: CheckTarget, outcomes: readonly Outcome[], retries = 0) {
  const {name, url} = target
  const fold = new SummaryFold({target: name, kind: url.kind, started: '2026-01-02T03:04:05.678Z'})
  for (let attempt = 1; attempt <= retries + 1 && retries > 0; attempt++) {
    const failure = attempt <= retries ? makeFailure('TCP_REFUSED', 'closed') : null
    fold.add({at: attempt, type: 'attempt', target: name, attempt, phase: 'immediate', took: 1, failure})
  }
  outcomes.forEach((outcome, index) => {
    const event: RunEvent = {
      at: index + 10,
      type: 'sample',
      target: name,
      sample: {seq: index + 1, sentAt: index + 1, outcome},
    }
    fold.add(event)
  })
  return fold.result()
}

export function checked(target: CheckTarget, outcomes: readonly Outcome[], retries = 0) {
  const course = {checks: 1, took: 12.5, interrupted: outcomes.length === 0}
  return judgeTarget(target, measured(target, outcomes, retries), course)
}

export function concluded(
  targets: CheckResult['targets'],
  ending: CheckEnding = {signal: null, failOnFlaky: false},
  groups: readonly CheckGroup[] = [],
): CheckResult {
  return {
    schema: 'netdrill/check/1',
    version: '1.2.3',
    files: [...new Set(targets.map(({place}) => place.file))],
    started: '2026-01-02T03:04:05.678Z',
    duration: 1234.5,
    seed: 7,
    ...judgeCheck(targets, ending, groups),
    interrupted: ending.signal !== null,
    targets,
  }
}

/** Every kind of ending in two documents, with names and texts that every format has to escape in its own way. */
export function recordCheck(): CheckResult {
  const web = checkTarget('web', {
    url: 'tls://www.example.org:443',
    tags: ['edge', 'public'],
    expectations: expecting(6, 'rtt.p95 < 50ms', ['tls.days_left > 21', 'ok == true']),
  })
  const slow = checkTarget('slow', {count: 3, expectations: expecting(12, 'loss <= 1%', 'rtt.p95 < 20ms')})
  const odd = checkTarget('odd|name', {
    url: 'tcp://[2001:db8::1]:25',
    place: {file: 'more,of.yaml', line: 4, column: 3},
  })
  const hostile = '<b>"x"</b> & 100% #1 \\ | [l](u) \u001B[31mred\u001B[0m\n::error::no @all \u202Eabc'
  const member = (name: string, group: string) => checkTarget(name, {groups: [group]})
  const targets = [
    checked(web, [good(12.345)]),
    checked(checkTarget('closed', {expectations: expecting(9, 'closed')}), [
      bad('TCP_REFUSED', '192.0.2.1:443 refused'),
    ]),
    checked(slow, [good(10), good(30), good(25)]),
    checked(checkTarget('flaky', {url: 'tcp://192.0.2.2:80'}), [good(1.5)], 2),
    checked(checkTarget('rights', {url: 'ping://192.0.2.3'}), [
      skipped('CAPABILITY_MISSING', 'no way to send an echo request'),
    ]),
    checked(odd, [bad('TCP_TIMEOUT', hostile)]),
    checked(checkTarget('stopped', {place: {file: 'more,of.yaml', line: 9, column: 3}}), []),
    checked(member('n1', 'bootstrap'), [good(2)]),
    checked(member('n2', 'bootstrap'), [bad('TCP_REFUSED', hostile)]),
    checked(member('n3', 'bootstrap'), [good(3)]),
    checked(member('s1', 'store'), [good(2)]),
    checked(member('s2', 'store'), [bad('TCP_TIMEOUT', 'no answer')]),
  ]
  const place = {file: 'netdrill.yaml', line: 30, column: 3}
  const groups = [
    {name: 'bootstrap', members: ['n1', 'n2', 'n3'], needed: 2, place},
    {name: 'store', members: ['s1', 's2'], needed: 2, place: {...place, line: 31}},
  ]
  return concluded(targets, undefined, groups)
}
