import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../../src/core/errors.ts'
import {type CheckSource, loadCheck} from '../../../../src/scenarios/check/load-check.ts'

const TARGETS = 'version: 1\ntargets: {a: tcp://192.0.2.1:1, b: tcp://192.0.2.2:1, c: tcp://192.0.2.3:1}\n'

async function load(sources: string | readonly CheckSource[], selection = {}) {
  const texts = typeof sources === 'string' ? [{file: 'n.yaml', text: `${TARGETS}${sources}`}] : sources
  return loadCheck(texts, {env: () => undefined, only: [], tags: [], ...selection})
}

async function mistakesOf(text: string): Promise<readonly string[]> {
  try {
    await load(text)
  } catch (error) {
    if (!isUserError(error)) throw error
    return error.problems.map(
      ({code, message, position}) => `${position?.line}:${position?.column} ${code} ${message}`,
    )
  }
  return []
}

const QUORUM = 'groups:\n  boot: {mode: quorum, members: [a, b, c], min_healthy: 2, leave_below: 1}\n'

describe('groups of a document', () => {
  it('are known to their members', async () => {
    const {groups, targets} = await load(QUORUM)
    const place = {file: 'n.yaml', line: 4, column: 3}
    expect(groups).toEqual([{name: 'boot', members: ['a', 'b', 'c'], needed: 2, place}])
    expect(targets.map(({groups: names}) => names)).toEqual([['boot'], ['boot'], ['boot']])
  })

  it('are left out when only a part of them was chosen', async () => {
    const {groups, targets} = await load(QUORUM, {only: ['a', 'b']})
    expect(groups).toEqual([])
    expect(targets.map(({groups: names}) => names)).toEqual([[], []])
  })

  it('may have the same name in two documents', async () => {
    const document = (file: string): CheckSource => ({file, text: `${TARGETS}${QUORUM}`})
    const {groups} = await load([document('1.yaml'), document('2.yaml')])
    expect(groups.map(({name, members}) => [name, ...members])).toEqual([
      ['1.yaml#boot', '1.yaml#a', '1.yaml#b', '1.yaml#c'],
      ['2.yaml#boot', '2.yaml#a', '2.yaml#b', '2.yaml#c'],
    ])
  })

  it.each([
    ['members: [a, d], min_healthy: 1', '4:37 CONFIG_REFERENCE there is no target "d"'],
    ['members: [a, b, a], min_healthy: 1', '4:40 CONFIG_INVALID "a" is a member already'],
    ['members: [a, b], min_healthy: 3', '4:54 CONFIG_INVALID 3 of 2 members can never be healthy'],
  ])('can not have %s', async (rest, mistake) => {
    expect(await mistakesOf(`groups:\n  boot: {mode: quorum, ${rest}}\n`)).toEqual([mistake])
  })

  it('can not have the name of a target, no member, or leave above what they need', async () => {
    const texts = [
      'a: {mode: quorum, members: [b], min_healthy: 1}',
      'g: {mode: quorum, members: [], min_healthy: 1}',
    ]
    const high = 'g: {mode: quorum, members: [a, b], min_healthy: 1, leave_below: 2}'
    const found = await Promise.all([...texts, high].map(async (text) => mistakesOf(`groups:\n  ${text}\n`)))
    expect(found[0]).toEqual(['4:3 CONFIG_INVALID a target has the name "a" already'])
    expect(found[1]).toEqual([expect.stringContaining('CONFIG_EMPTY')])
    expect(found[2]).toEqual([expect.stringContaining('would never be healthy')])
  })

  it('take paths in the order of their priority, and the order of the list where it is the same', async () => {
    const paths = '[{name: x, target: a}, {name: y, target: b, priority: 5}, {name: z, target: c}]'
    const {groupSpecs} = await load(`groups:\n  g: {mode: auto, paths: ${paths}}\n`)
    expect(groupSpecs).toMatchObject([
      {mode: 'auto', multipath: null, paths: [{name: 'y'}, {name: 'x', target: 'a'}, {name: 'z'}]},
    ])
  })

  it.each([
    ['active-backup, paths: [{name: x, target: a}]', 'needs at least two paths'],
    ['mptcp, paths: [{name: x, target: a}, {name: y, target: b}]', 'multipath'],
    ['single, paths: [{name: x, target: a}], multipath: b', 'only the modes mptcp and auto'],
    ['auto, paths: [{name: x, target: a}], multipath: b', '"b" is no mptcp target that keeps'],
    ['auto, paths: [{name: mptcp, target: a}]', 'stands for all paths at once'],
    ['auto, paths: [{name: x, target: a}], multipath: d', 'there is no target "d"'],
  ])('can not be of mode %s', async (rest, mistake) => {
    expect(await mistakesOf(`groups:\n  g: {mode: ${rest}}\n`)).toEqual([expect.stringContaining(mistake)])
  })
})
