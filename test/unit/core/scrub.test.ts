import {describe, expect, it} from 'vitest'
import {scrubSecrets} from '../../../src/core/scrub.ts'

const KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----'

describe('what looks like a secret', () => {
  it.each([
    ['a private key', `before\n${KEY}\nafter`, 'before\n[redacted]\nafter'],
    ['a key that was cut off', '-----BEGIN PRIVATE KEY-----\nMIIE', '[redacted]'],
    ['credentials of a URL', 'https://ann:pw@host/x', 'https://[redacted]@host/x'],
    ['a token of a URL', 'amqp://t0ken@host', 'amqp://[redacted]@host'],
    ['a header', 'Authorization: Bearer abcdefgh', 'Authorization: [redacted]'],
    ['a bearer in a sentence', 'sent Bearer abc.def.ghi to it', 'sent Bearer [redacted] to it'],
    ['a query', 'GET /?access_token=abc&x=1', 'GET /?access_token=[redacted]&x=1'],
    ['JSON', '{"apiKey":"a\\"b","x":1}', '{"apiKey":"[redacted]","x":1}'],
    ['YAML', 'auth:\n  password: hunter2 3\n', 'auth:\n  password: [redacted]\n'],
    ['an item of YAML', '- db_password: "x y"', '- db_password: [redacted]'],
    ['an environment', 'export MY_SECRET=abc', 'export MY_SECRET=[redacted]'],
  ])('%s', (_, text, clean) => {
    expect(scrubSecrets(text)).toBe(clean)
  })

  it.each([
    'password: ${env:DB_PASSWORD}',
    'tokens:\n  - a',
    'https://host/path@2x.png',
    'url: tcp://host:22',
    'the password was wrong',
  ])('is not %s', (text) => {
    expect(scrubSecrets(text)).toBe(text)
  })
})
