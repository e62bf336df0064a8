import {expect, test} from 'vitest'
import {parseResolvConf} from '../../../src/system/resolver.ts'

const CASES: readonly [string, string, ReturnType<typeof parseResolvConf>][] = [
  ['an empty file', '', {servers: [], search: [], ndots: 1}],
  [
    'servers in order, at most three',
    'nameserver 192.0.2.1\nnameserver\t2001:db8::53\nnameserver fe80::1%eth0\nnameserver 192.0.2.4\n',
    {servers: ['192.0.2.1', '2001:db8::53', 'fe80::1%eth0'], search: [], ndots: 1},
  ],
  [
    'comments and blank lines',
    '# generated\n\n; old\nnameserver 192.0.2.1 # first\n',
    {servers: ['192.0.2.1'], search: [], ndots: 1},
  ],
  [
    'the last of search and domain counts',
    'domain old.example\nsearch a.example b.example\n',
    {servers: [], search: ['a.example', 'b.example'], ndots: 1},
  ],
  ['ndots among options', 'options timeout:1 ndots:5 rotate\n', {servers: [], search: [], ndots: 5}],
  ['ndots is capped at 15', 'options ndots:99\n', {servers: [], search: [], ndots: 15}],
]

test.for(CASES)('%s', ([, text, expected]) => {
  expect(parseResolvConf(text)).toEqual(expected)
})
