/** Words for another host: what ssh gets, and what is refused before. */
import {describe, expect, it} from 'vitest'
import {parseHost, withoutOn} from '../../../src/app/on-host.ts'
import {sshArguments} from '../../../src/faults/hosts/ssh-host.ts'

describe('a host', () => {
  it.each([
    ['ssh://web', 'web', null],
    ['ssh://root@10.0.0.2:2222', 'root@10.0.0.2', 2222],
    ['ssh://a.b@[2001:db8::1]:22/', 'a.b@2001:db8::1', 22],
  ])('%s is %s at %s', (text, destination, port) => {
    expect(parseHost(text)).toEqual({destination, port})
  })

  it.each([
    'web',
    'http://web',
    'ssh://',
    'ssh://-oProxyCommand=x',
    'ssh://a b',
    'ssh://a@-b',
    'ssh://a;b',
    'ssh://h:x',
  ])('is not "%s"', (text) => {
    expect(() => parseHost(text)).toThrow(/is not ssh:\/\/user@host/)
  })
})

describe('a command line', () => {
  it('reaches the other shell word by word', () => {
    const args = sshArguments({destination: 'a@b', port: 7}, ['fault', 'plan', "it's", '$(x)', ''], false)
    expect(args).toEqual([
      '-o',
      'BatchMode=yes',
      '-T',
      '-p',
      '7',
      '--',
      'a@b',
      `'netdrill' 'fault' 'plan' 'it'\\''s' '$(x)' ''`,
    ])
  })

  it.each([
    [['--on', 'ssh://h', 'x'], ['x']],
    [
      ['x', '--on=ssh://h', '--to', 'y'],
      ['x', '--to', 'y'],
    ],
  ])('%j goes without the host', (argv, rest) => {
    expect(withoutOn(argv)).toEqual(rest)
  })
})
