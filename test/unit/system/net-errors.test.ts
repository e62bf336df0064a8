import {expect, test} from 'vitest'
import {toNetError} from '../../../src/system/net-errors.ts'

const coded = (code: string, syscall?: string): Error =>
  Object.assign(new Error(`${syscall ?? ''} ${code}`), {code, ...(syscall === undefined ? {} : {syscall})})

test('code and syscall are kept', () => {
  expect(toNetError(coded('ECONNREFUSED', 'connect'))).toEqual({
    code: 'ECONNREFUSED',
    syscall: 'connect',
    message: 'connect ECONNREFUSED',
  })
})

test('the first child of an aggregate speaks, and causes are walked', () => {
  const nested = new Error('outer', {cause: new AggregateError([coded('EHOSTUNREACH', 'connect')])})
  expect(toNetError(nested)).toMatchObject({code: 'EHOSTUNREACH', syscall: 'connect', message: 'outer'})
})

test.for([['a string'], [null], [new Error('no code')], [undefined]])('%s has no code', ([value]) => {
  expect(toNetError(value).code).toBe('UNKNOWN')
})

test('a loop of causes ends', () => {
  const error = new Error('loop')
  error.cause = error
  expect(toNetError(error).code).toBe('UNKNOWN')
})

test('circumstances are added only when they hold', () => {
  expect(toNetError(coded('EACCES'), {local: false})).not.toHaveProperty('local')
  expect(toNetError(coded('EACCES'), {local: true})).toHaveProperty('local', true)
})
