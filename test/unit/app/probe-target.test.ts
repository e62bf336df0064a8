import {describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import type {ProbeKind} from '../../../src/core/target.ts'
import {readTarget, targetName} from '../../../src/app/probe-target.ts'

describe('the target of a probe command', () => {
  it.for<[ProbeKind, string, string | undefined, string, string]>([
    ['tcp', 'example.org:443', undefined, 'tcp://example.org:443', 'tcp example.org:443'],
    ['tcp', '[::1]:443', undefined, 'tcp://[::1]:443', 'tcp [::1]:443'],
    ['tcp', 'TCP://example.org:443', undefined, 'TCP://example.org:443', 'tcp example.org:443'],
    ['tls', 'example.org', undefined, 'tls://example.org', 'tls example.org'],
    ['ping', '::1', undefined, 'ping://[::1]', 'ping ::1'],
    ['ping', 'fe80::1%eth0', undefined, 'ping://[fe80::1%eth0]', 'ping fe80::1%eth0'],
    ['ping', 'icmp://10.0.0.1', undefined, 'icmp://10.0.0.1', 'ping 10.0.0.1'],
    ['dns', 'example.org', undefined, 'dns:///example.org', 'dns example.org'],
    ['dns', 'example.org', '10.0.0.53', 'dns://10.0.0.53/example.org', 'dns example.org @10.0.0.53'],
    [
      'dns',
      'example.org',
      '10.0.0.53:5353',
      'dns://10.0.0.53:5353/example.org',
      'dns example.org @10.0.0.53:5353',
    ],
    ['dns', 'example.org', 'fd00::53', 'dns://[fd00::53]/example.org', 'dns example.org @fd00::53'],
    [
      'dns',
      'example.org',
      '[fd00::53]:54',
      'dns://[fd00::53]:54/example.org',
      'dns example.org @[fd00::53]:54',
    ],
    [
      'dns',
      'dns:///example.org?type=MX',
      '10.0.0.53',
      'dns://10.0.0.53/example.org?type=MX',
      'dns example.org MX @10.0.0.53',
    ],
  ])('%s %s with %s is %s', ([kind, text, server, url, name]) => {
    const target = readTarget(kind, text, server)
    expect(target.text).toBe(url)
    expect(target.kind).toBe(kind)
    expect(targetName(target)).toBe(name)
  })

  it.each<[ProbeKind, string, string | undefined, RegExp]>([
    ['tcp', 'gopher://example.org', undefined, /"gopher" is not a probe kind/],
    ['tcp', 'https://example.org', undefined, /is an http target/],
    ['http', 'https://user:secret@example.org', undefined, /^a target has no user or password in it$/],
    ['tcp', 'tls://example.org:443', undefined, /is a tls target/],
    ['tcp', 'example.org:http', undefined, /.+/],
    ['tcp', '', undefined, /names no host/],
    ['tcp', 'example.org:99999', undefined, /not a port/],
    ['dns', 'dns://10.0.0.1/example.org', '10.0.0.2', /contradicts/],
  ])('refuses %s %s with %s', (kind, text, server, message) => {
    let caught: unknown
    try {
      readTarget(kind, text, server)
    } catch (error) {
      caught = error
    }
    expect(isUserError(caught) && caught.problems[0]).toMatchObject({
      code: 'USAGE_INVALID',
      message: expect.stringMatching(message) as unknown,
    })
  })
})
