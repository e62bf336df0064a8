import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../../src/core/errors.ts'
import {jsonValue} from '../../../../src/probes/http/json-path.ts'
import {http} from '../../../../src/probes/http/probe.ts'
import {nextStep} from '../../../../src/probes/http/request.ts'
import {readRoutes} from '../../../../src/probes/http/routes.ts'
import {isExpected, parseRetryAfter} from '../../../../src/probes/http/status.ts'

describe('options', () => {
  it.each([
    [{headers: ['Authorization: Bearer x']}, /process list/],
    [{headers: {Cookie: 'a=b'}}, /process list/],
    [{headers: ['Content-Length: 3']}, /set by netdrill itself/],
    [{headers: ['no colon here']}, /not the name of a header/],
    [{headers: ['X: a\nb']}, /characters that a header can not have/],
    [{basic: 'user:password'}, /must not stand here/],
    [{bearer: 'abcdef'}, /must not stand here/],
    [{status: '99'}, /a status is written as/],
    [{method: 'CONNECT'}, /for proxies/],
    [{max_redirects: 51}, /50/],
    [{keep: 100}, /no unit/],
  ])('%j is refused', (given, message) => {
    const result = http.schema.safeParse(given)
    expect(result.success ? '' : result.error.message).toMatch(message)
  })

  it('never repeats a secret that was given where it must not be', () => {
    const result = http.schema.safeParse({basic: 'user:hunter2', headers: ['Authorization: hunter2']})
    expect(result.success ? 'accepted' : result.error.message).not.toContain('hunter2')
  })

  it('takes lists and single values, methods in any case, and statuses as numbers', () => {
    const options = http.schema.parse({method: 'put', status: [200, '3XX'], resolve: 'a:1:127.0.0.1'})
    expect(options).toMatchObject({method: 'PUT', status: ['200', '3xx'], resolve: ['a:1:127.0.0.1']})
  })

  it('leave to a condition what it judges, and keep what it looks at', () => {
    const options = http.schema.parse({})
    expect(http.attune?.(options, ['rtt.p95'])).toEqual(options)
    expect(http.attune?.(options, ['http.status'])).toEqual({...options, status: ['any']})
    expect(http.attune?.(options, ['http.json.a'])).toEqual({...options, keep: options.body_limit})
  })
})

describe('routes', () => {
  const find = (connect_to: readonly string[], resolve: readonly string[], host: string, port: number) =>
    readRoutes({connect_to, resolve}).find({host, port})

  it.each([
    [[], [], {host: 'a', port: 1, addresses: null}],
    [['a:1:b:2'], [], {host: 'b', port: 2, addresses: null}],
    [['::b:'], [], {host: 'b', port: 1, addresses: null}],
    [[':9:b:2'], [], {host: 'a', port: 1, addresses: null}],
    [['a:1:[::1]:2'], [], {host: '::1', port: 2, addresses: null}],
    [['x:1:b:2', 'A:1:c:'], [], {host: 'c', port: 1, addresses: null}],
    [[], ['A:1:192.0.2.1'], {host: 'a', port: 1, addresses: [{address: '192.0.2.1', family: 4}]}],
    [[], ['a:2:192.0.2.1'], {host: 'a', port: 1, addresses: null}],
    [[], ['*:1:[2001:db8::1]'], {host: 'a', port: 1, addresses: [{address: '2001:db8::1', family: 6}]}],
    [['a:1:b:2'], ['b:2:192.0.2.7'], {host: 'b', port: 2, addresses: [{address: '192.0.2.7', family: 4}]}],
  ])('connect_to %j and resolve %j', (detours, fixed, expected) => {
    expect(find(detours, fixed, 'a', 1)).toEqual(expected)
  })

  it.each([
    [['a:1:b'], []],
    [['a:0:b:1'], []],
    [['a:1:b:70000'], []],
    [[], ['a:1']],
    [[], ['a:x:192.0.2.1']],
    [[], ['a:1:example.org']],
    [[], ['a:1:192.0.2.1,']],
  ])('%j, %j is refused', (connect_to, resolve) => {
    let caught: unknown
    try {
      readRoutes({connect_to, resolve})
    } catch (error) {
      caught = error
    }
    expect(isUserError(caught)).toBe(true)
  })
})

describe('redirects', () => {
  const step = (method: string, status: number, location: string, from = 'https://a.example/x/y?z') => {
    const headers = [
      ['content-type', 'text/plain'],
      ['host', 'b'],
      ['x-a', '1'],
    ] as const
    const request = {url: new URL(from), method, headers, body: Buffer.from('b'), trusted: true}
    const head = {status, reason: '', version: '1.1', headers: [['Location', location] as const]}
    const next = nextStep(request, head)
    return next.type === 'follow'
      ? [next.request.method, next.request.url.href, next.request.body === null, next.request.trusted]
      : next.type
  }

  it.each([
    ['GET', 301, '/q', ['GET', 'https://a.example/q', false, true]],
    ['POST', 301, '/q', ['GET', 'https://a.example/q', true, true]],
    ['PUT', 302, '/q', ['PUT', 'https://a.example/q', false, true]],
    ['PUT', 303, '/q', ['GET', 'https://a.example/q', true, true]],
    ['HEAD', 303, '/q', ['HEAD', 'https://a.example/q', false, true]],
    ['POST', 307, 'https://b.example/', ['POST', 'https://b.example/', false, false]],
    ['POST', 308, 'http://a.example/', ['POST', 'http://a.example/', false, false]],
    ['GET', 302, '?k', ['GET', 'https://a.example/x/y?k', false, true]],
    ['GET', 304, '/q', 'answer'],
    ['GET', 302, 'javascript:alert(1)', 'invalid'],
    ['GET', 302, 'http://', 'invalid'],
  ])('%s %i to %s', (method, status, location, expected) => {
    expect(step(method, status, location)).toEqual(expected)
  })
})

it.each([
  [200, ['2xx'], true],
  [301, ['2xx'], false],
  [204, ['200-204'], true],
  [205, ['200-204'], false],
  [404, ['2xx', '404'], true],
  [599, ['any'], true],
])('status %i among %j', (status, expected, result) => {
  expect(isExpected(status, expected)).toBe(result)
})

it.each([
  ['120', 120],
  ['Wed, 21 Oct 2015 07:28:10 GMT', 10],
  ['Wed, 21 Oct 2015 07:27:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  [undefined, null],
])('Retry-After %s', (value, expected) => {
  expect(parseRetryAfter(value, Date.parse('2015-10-21T07:28:00Z'))).toBe(expected)
})

it.each([
  ['{"a":{"b":[1,{"c":"x"}]}}', 'a.b[1].c', 'x'],
  ['{"a":{"b":[1,{"c":"x"}]}}', 'a.b.0', '1'],
  ['{"a":true}', 'a', 'true'],
  ['{"a":{"b":1}}', 'a', '{"b":1}'],
  ['{"a":null}', 'a', null],
  ['{"a":1}', 'b', null],
  ['{"a":1}', 'constructor', null],
  ['[]', 'length', '0'],
  ['<html>', 'a', undefined],
])('%s at %s', (text, path, expected) => {
  expect(jsonValue(text, path)).toBe(expected)
})
