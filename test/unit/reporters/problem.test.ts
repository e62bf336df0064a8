import {expect, it} from 'vitest'
import {renderProblem} from '../../../src/reporters/problem.ts'

it.each(['error', 'warning'] as const)('says that a problem is an %s, with a place and without', (weight) => {
  const problem = {code: 'DRILL_LEFT_OUT', message: 'control is left out'} as const
  expect(renderProblem(problem, weight)).toBe(`${weight} DRILL_LEFT_OUT: control is left out`)
  const position = {file: 'a.yaml', line: 3, column: 5}
  expect(renderProblem({...problem, position}, weight)).toBe(
    `a.yaml:3:5: ${weight} DRILL_LEFT_OUT: control is left out`,
  )
})
