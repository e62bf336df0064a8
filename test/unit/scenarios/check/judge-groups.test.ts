import {describe, expect, it} from 'vitest'
import type {CheckedTarget} from '../../../../src/core/check-result.ts'
import {judgeCheck} from '../../../../src/scenarios/check/judge-check.ts'
import {judgeGroups} from '../../../../src/scenarios/check/judge-groups.ts'
import {bad, checked, checkTarget, good, skipped} from '../../../support/check-runs.ts'

const place = {file: 'netdrill.yaml', line: 9, column: 3}

/** One letter per member: up, down, flaky, lacking, interrupted. */
function members(states: string): readonly CheckedTarget[] {
  return [...states].map((state, index) => {
    const target = checkTarget(`n${index + 1}`, {groups: ['g']})
    switch (state) {
      case 'u':
        return checked(target, [good(1)])
      case 'f':
        return checked(target, [good(1)], 2)
      case 'l':
        return checked(target, [skipped('CAPABILITY_MISSING', 'no right')])
      case 'i':
        return checked(target, [])
      default:
        return checked(target, [bad('TCP_REFUSED', 'closed')])
    }
  })
}

const group = (count: number, needed: number) => ({
  name: 'g',
  members: Array.from({length: count}, (_, index) => `n${index + 1}`),
  needed,
  place,
})

describe('judgeGroups', () => {
  it.each([
    ['ddd', 2, 'fail'],
    ['udd', 2, 'fail'],
    ['uud', 2, 'pass'],
    ['uuu', 2, 'pass'],
    ['uud', 3, 'fail'],
    ['uuu', 3, 'pass'],
    ['ddd', 1, 'fail'],
    ['ddu', 1, 'pass'],
    ['u', 1, 'pass'],
    ['uld', 2, 'skipped'],
    ['uul', 2, 'pass'],
    ['dld', 2, 'fail'],
    ['ulddd', 3, 'fail'],
    ['ull', 3, 'skipped'],
    ['uid', 2, 'interrupted'],
    ['uui', 2, 'pass'],
    ['fud', 2, 'pass'],
  ])('%s with %i needed is %s', (states, needed, verdict) => {
    const [judged] = judgeGroups([group(states.length, needed)], members(states), {failOnFlaky: false})
    expect(judged?.verdict).toBe(verdict)
    expect(judged?.reason === null).toBe(verdict === 'pass')
  })

  it('does not count a pass after a retry where flaky is a failure', () => {
    const [judged] = judgeGroups([group(3, 2)], members('fud'), {failOnFlaky: true})
    expect(judged).toMatchObject({verdict: 'fail', passed: 1})
    expect(judged?.reason?.text).toBe('1 of 3 passed, 2 needed: n1 flaky, n3 TCP_REFUSED')
  })

  it('names those that did not pass, and where the group stands', () => {
    const [judged] = judgeGroups([group(8, 2)], members('uddddddd'), {failOnFlaky: false})
    expect(judged?.reason).toMatchObject({code: 'EXPECT_MISMATCH', place})
    expect(judged?.reason?.text).toMatch(
      /^1 of 8 passed, 2 needed: n2 TCP_REFUSED, .*n6 TCP_REFUSED, and 2 more$/,
    )
  })
})

describe('a check with a group', () => {
  const ending = {signal: null, failOnFlaky: false}
  const alone = checked(checkTarget('alone'), [bad('TCP_REFUSED', 'closed')])

  it.each([
    ['holds although a member is down', 'uud', [], {verdict: 'pass', exit: 0}],
    ['fails with the group', 'udd', [], {verdict: 'fail', exit: 1}],
    ['fails with a target outside of it', 'uuu', [alone], {verdict: 'fail', exit: 1}],
    ['needs no member that lacks something when others are enough', 'uul', [], {verdict: 'pass', exit: 0}],
    ['lacks something when that decides', 'uld', [], {verdict: 'inconclusive', exit: 6}],
  ])('%s', (_, states, others, expected) => {
    const targets = [...members(states), ...others]
    expect(judgeCheck(targets, ending, [group(states.length, 2)])).toMatchObject(expected)
  })

  it('counts members that are down apart from failures', () => {
    const {counts} = judgeCheck([...members('uud'), alone], ending, [group(3, 2)])
    expect(counts).toMatchObject({targets: 4, passed: 2, failed: 1, down: 1, groups: 1, groups_failed: 0})
  })

  it('passes with a flaky member that is not needed, where flaky is a failure', () => {
    const judged = judgeCheck(members('fuu'), {signal: null, failOnFlaky: true}, [group(3, 2)])
    expect(judged.verdict).toBe('pass')
  })
})
