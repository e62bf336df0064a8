import {describe, expect, it} from 'vitest'
import {portOf, readDiagnoseTarget} from '../../../src/app/diagnose-target.ts'

describe('readDiagnoseTarget', () => {
  it.each([
    ['example.org', 'ping', 'example.org', null],
    ['192.0.2.1', 'ping', '192.0.2.1', null],
    ['2001:db8::1', 'ping', '2001:db8::1', null],
    ['[2001:db8::1]:22', 'tcp', '2001:db8::1', 22],
    ['example.org:443', 'http', 'example.org', 443],
    ['example.org:80', 'http', 'example.org', 80],
    ['example.org:853', 'tls', 'example.org', 853],
    ['example.org:5432', 'tcp', 'example.org', 5432],
    ['https://example.org/health', 'http', 'example.org', 443],
    ['http://example.org', 'http', 'example.org', 80],
    ['dns://192.0.2.53/example.org', 'dns', '192.0.2.53', null],
  ])('%s is a %s target', (text, kind, host, port) => {
    const target = readDiagnoseTarget(text)
    expect([target.kind, target.host, portOf(target)]).toEqual([kind, host, port])
  })

  it.each(['', 'ftp://example.org', 'example.org:99999', 'https://user:pw@example.org/'])(
    'refuses %j',
    (text) => {
      expect(() => readDiagnoseTarget(text)).toThrow(expect.objectContaining({exit: 2}))
    },
  )
})
