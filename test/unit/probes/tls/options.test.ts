import {describe, expect, test} from 'vitest'
import * as z from 'zod'
import {lingerLimit} from '../../../../src/probes/tls/linger.ts'
import {tlsOptions} from '../../../../src/probes/tls/options.ts'
import {describePlaintext} from '../../../../src/probes/tls/plaintext.ts'

describe('options', () => {
  test('nothing given is a verifying probe of the current versions', () => {
    expect(tlsOptions.parse({})).toEqual({
      ...{
        strategy: 'race',
        alpn: [],
        min: 'TLSv1.2',
        max: 'TLSv1.3',
        ca: [],
        verify: true,
        resume: false,
        enumerate: false,
      },
    })
  })

  test.each([
    ['1.0', 'TLSv1'],
    [1.1, 'TLSv1.1'],
    [1, 'TLSv1'],
    ['TLSv1.2', 'TLSv1.2'],
    ['1.3', 'TLSv1.3'],
  ])('the version %s', (given, version) => {
    expect(tlsOptions.parse({min: given}).min).toBe(version)
  })

  test('lists may be one text with commas', () => {
    expect(tlsOptions.parse({alpn: 'h2, http/1.1', ca: ['a.pem']})).toMatchObject({
      alpn: ['h2', 'http/1.1'],
      ca: ['a.pem'],
    })
  })

  test.each([
    [{min: '1.3', max: '1.2'}, /min is newer than max/],
    [{key: 'key.pem'}, /a key needs its certificate/],
    [{min: '3'}, /not a TLS version/],
    [{alpn: ['x'.repeat(256)]}, /at most 255/],
    [{unknown: true}, /Unrecognized key/],
  ])('%j is refused', (given, message) => {
    expect(() => tlsOptions.parse(given)).toThrow(message)
  })

  test('editors get a schema of what may be written', () => {
    const schema = z.toJSONSchema(tlsOptions, {io: 'input'})
    expect(Object.keys(schema.properties ?? {})).toContain('alpn')
  })
})

describe('plain text where TLS is expected', () => {
  test.each([
    ['HTTP/1.0 400 Bad Request\r\n', 'HTTP, "HTTP/1.0 400 Bad Request"'],
    ['SSH-2.0-dropbear\r\n', 'SSH, "SSH-2.0-dropbear"'],
    ['220 mx.test ESMTP\r\n', 'SMTP, "220 mx.test ESMTP"'],
    ['220 ProFTPD FTP server\r\n', 'FTP, "220 ProFTPD FTP server"'],
    ['+OK ready\r\n', 'POP3, "+OK ready"'],
    ['* OK IMAP4rev1\r\n', 'IMAP, "* OK IMAP4rev1"'],
    ["-ERR unknown command '\u0016'\r\n", 'Redis, "-ERR unknown command \'\'"'],
    ['N', 'PostgreSQL, "N"'],
    ['J\u0000\u0000\u0000\n8.0.36\u0000', 'MySQL, "J"'],
    ['\u001b]0;owned\u0007whatever', '"whatever"'],
    ['\u0000\u0001\u0002', '3 bytes that are no text'],
  ])('%j', (text, what) => {
    expect(describePlaintext(Buffer.from(text, 'latin1')).what).toBe(what)
  })
})

test('the wait for a late refusal covers a lost segment and slow paths', () => {
  expect([lingerLimit(0.1), lingerLimit(50), lingerLimit(400)]).toEqual([250, 250, 1200])
})
