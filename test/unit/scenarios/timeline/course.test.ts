import {describe, expect, it} from 'vitest'
import {netemSchema} from '../../../../src/faults/kinds/netem-spec.ts'
import {changeFault, rampFault} from '../../../../src/scenarios/timeline/course.ts'

const placeOf = (key: string) => ({file: 'd.yaml', line: key.length, column: 1})
const netem = (keys: Record<string, unknown>) => netemSchema.parse({kind: 'netem', ...keys})

describe('a ramp', () => {
  it('goes from the fault as it is to what it becomes, both included', async () => {
    const from = netem({delay: '10ms'})
    const to = await changeFault(from, {delay: '210ms', loss: '10%'}, placeOf)
    const states = rampFault(from, to, {steps: 5, lasts: 10_000})
    expect(states.map(({spec, lasts}) => ({...spec, lasts}))).toEqual(
      [
        [10, 0],
        [60, 0.025],
        [110, 0.05],
        [160, 0.075],
        [210, 0.1],
      ].map(([delay, chance]) => ({
        kind: 'netem',
        delay,
        loss: {model: 'random', chance, correlation: 0},
        lasts: 2000,
      })),
    )
  })

  it.each([
    {
      name: 'a key that the kind does not have',
      changes: {dely: '1s'},
      code: 'CONFIG_UNKNOWN_KEY',
      advice: /"delay"/,
    },
    {name: 'a value without a unit', changes: {delay: 5}, code: 'CONFIG_INVALID', advice: /^$/},
    {name: 'another scope', changes: {scope: {}}, code: 'CONFIG_UNKNOWN_KEY', advice: /known/},
  ])('refuses $name', async ({changes, code, advice}) => {
    const error: unknown = await changeFault(netem({}), changes, placeOf).catch((caught: unknown) => caught)
    const [problem] = (error as {problems: readonly {code: string; advice?: readonly string[]}[]}).problems
    expect(problem?.code).toBe(code)
    expect((problem?.advice ?? []).join()).toMatch(advice)
  })
})
