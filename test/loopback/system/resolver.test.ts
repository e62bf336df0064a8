import {expect, test} from 'vitest'
import {systemResolver} from '../../../src/system/resolver.ts'

const never = new AbortController().signal

test('localhost comes from the hosts file, of the asked family only', async () => {
  expect(await systemResolver.lookup('localhost', 4, never)).toContainEqual({address: '127.0.0.1', family: 4})
})

test('a literal address passes', async () => {
  expect(await systemResolver.lookup('192.0.2.1', 0, never)).toEqual([{address: '192.0.2.1', family: 4}])
})

test('an abort ends the wait at once', async () => {
  expect(await systemResolver.lookup('localhost', 0, AbortSignal.abort())).toMatchObject({code: 'ABORT_ERR'})
})

test('a name that can not exist is an error value', async () => {
  expect(await systemResolver.lookup('a'.repeat(300), 0, never)).toHaveProperty('code')
})
