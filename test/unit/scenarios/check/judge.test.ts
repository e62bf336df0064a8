import {describe, expect, it} from 'vitest'
import {judgeCheck} from '../../../../src/scenarios/check/judge-check.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {bad, checkTarget, checked, expecting, good, skipped} from '../../../support/check-runs.ts'

const REFUSED = bad('TCP_REFUSED', 'refused')
const SILENT = bad('TCP_TIMEOUT', 'silence')

interface Case {
  readonly name: string
  readonly outcomes: readonly Outcome[]
  readonly expect?: readonly (string | readonly string[])[]
  readonly retries?: number
  readonly verdict: string
  readonly code?: string
  readonly line?: number
}

describe('judgeTarget', () => {
  it.each<Case>([
    {name: 'a sample that succeeded', outcomes: [good(1)], verdict: 'pass'},
    {
      name: 'one failed sample of two',
      outcomes: [good(1), REFUSED],
      verdict: 'fail',
      code: 'TCP_REFUSED',
      line: 3,
    },
    {name: 'a loss that is allowed', outcomes: [good(1), REFUSED], expect: ['loss <= 50%'], verdict: 'pass'},
    {name: 'an expected refusal', outcomes: [REFUSED], expect: ['closed'], verdict: 'pass'},
    {
      name: 'silence where a refusal is expected',
      outcomes: [SILENT],
      expect: ['closed'],
      verdict: 'fail',
      code: 'TCP_TIMEOUT',
      line: 7,
    },
    {name: 'silence where it is expected', outcomes: [SILENT], expect: ['filtered'], verdict: 'pass'},
    {
      name: 'an answer where silence is expected',
      outcomes: [good(1)],
      expect: ['filtered'],
      verdict: 'fail',
      code: 'EXPECT_MISMATCH',
      line: 7,
    },
    {
      name: 'the second condition unmet',
      outcomes: [good(9)],
      expect: ['ok == true', 'rtt.max < 5ms'],
      verdict: 'fail',
      code: 'EXPECT_MISMATCH',
      line: 8,
    },
    {
      name: 'one of several met',
      outcomes: [good(9)],
      expect: [['rtt.max < 5ms', 'rtt.max < 10ms']],
      verdict: 'pass',
    },
    {
      name: 'a figure that was not measured',
      outcomes: [good(9)],
      expect: ['tls.days_left > 1'],
      verdict: 'fail',
      code: 'EXPECT_MISMATCH',
      line: 7,
    },
    {
      name: 'a missing right',
      outcomes: [skipped('CAPABILITY_MISSING', 'no')],
      verdict: 'skipped',
      code: 'CAPABILITY_MISSING',
      line: 3,
    },
    {name: 'no sample at all', outcomes: [], verdict: 'interrupted', code: 'CANCELLED', line: 3},
  ])('$name: $verdict', ({outcomes, expect: texts = [], verdict, code, line}) => {
    const result = checked(checkTarget('t', {count: 2, expectations: expecting(7, ...texts)}), outcomes)
    expect(result.verdict).toBe(verdict)
    expect(result.reason?.code).toBe(code)
    expect(result.reason?.place.line).toBe(line)
  })

  it('tells a pass after a retry as flaky, and a failure never', () => {
    expect(checked(checkTarget('t'), [good(1)], 2)).toMatchObject({verdict: 'pass', flaky: true, attempts: 3})
    expect(checked(checkTarget('t', {expectations: expecting(1, 'rtt.max < 1ms')}), [good(5)], 2).flaky).toBe(
      false,
    )
  })
})

describe('judgeCheck', () => {
  const ok = checked(checkTarget('ok'), [good(1)])
  const flaky = checked(checkTarget('flaky'), [good(1)], 1)
  const fails = checked(checkTarget('fails'), [REFUSED])
  const lacks = checked(checkTarget('lacks'), [skipped('CAPABILITY_MISSING', 'no')])
  const stalled = checked(checkTarget('stalled'), [skipped('OBSERVER_GAP', 'no')])

  it.each([
    ['all pass', [ok], 'pass', 0],
    ['a flaky one passes', [ok, flaky], 'pass', 0],
    ['a failure outweighs what could not be measured', [ok, fails, lacks, stalled], 'fail', 1],
    ['a missing right outweighs a stall', [ok, stalled, lacks], 'inconclusive', 6],
    ['a stall is inconclusive', [ok, stalled], 'inconclusive', 3],
  ] as const)('%s', (_name, targets, verdict, exit) => {
    expect(judgeCheck(targets, {signal: null, failOnFlaky: false})).toMatchObject({verdict, exit})
  })

  it.each([
    [{signal: null, failOnFlaky: true}, 1],
    [{signal: 'SIGINT', failOnFlaky: false}, 130],
    [{signal: 'SIGTERM', failOnFlaky: true}, 143],
  ] as const)('ends with %o in exit code %i', (ending, exit) => {
    expect(judgeCheck([ok, flaky], ending).exit).toBe(exit)
  })
})
