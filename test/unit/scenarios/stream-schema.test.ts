import {expect, test} from 'vitest'
import {streamProblems} from '../../../src/scenarios/stream-problems.ts'
import {streamSchema} from '../../../src/scenarios/stream-schema.ts'

test('an empty stream has the intervals of relay-fallback, a warm relay and no listener', () => {
  expect(streamSchema.parse({})).toEqual({
    ...{interval: 100, buffer: 1000, key: null, standby: 'warm', grace: 10_000, dial: true, listen: null},
    limits: {listener: 1000, connect: 5000, handshake: 5000, migration: 5000, closing: 5000},
    ...{retry: 60_000, slowDown: {after: 3, factor: 2, max: 300_000}},
  })
})

test('what is given is taken, the rest stays', () => {
  const stream = streamSchema.parse({
    ...{interval: '20ms', buffer: 0, standby: 'cold', dial: false},
    listen: {address: '192.0.2.1'},
    limits: {connect: '1s'},
  })
  expect(stream).toMatchObject({interval: 20, buffer: 0, standby: 'cold', dial: false})
  expect(stream.listen).toEqual({address: '192.0.2.1', port: 0, required: false})
  expect(stream.limits).toMatchObject({connect: 1000, handshake: 5000})
})

test.each([
  ['nobody connects to anybody', {dial: false}],
  ['a name in place of an address', {listen: {address: 'here.example'}}],
  ['a bare number in place of a duration', {interval: 100}],
  ['a flood', {interval: '1ms'}],
  ['a key that is no secret', {key: 'short'}],
  ['an unknown key', {speed: '1s'}],
  ['a stage that is none', {limits: {shaking: '1s'}}],
])('%s is refused', (_, text) => {
  expect(streamSchema.safeParse(text).success).toBe(false)
})

test('a path that leads to something else than tcp or tls is told at its place', () => {
  const targets = {direct: {kind: 'tls'}, relay: {kind: 'udp'}} as const
  const paths = [{target: 'direct'}, {target: 'relay'}, {target: 'missing'}]
  const problems = streamProblems(targets, paths, (index) => ({file: 'a.yaml', line: index + 1, column: 1}))
  expect(problems).toMatchObject([{code: 'CONFIG_INVALID', position: {line: 2}}])
  expect(problems[0]?.message).toContain('relay')
})
