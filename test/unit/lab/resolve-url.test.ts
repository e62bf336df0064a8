import {describe, expect, it} from 'vitest'
import {resolveUrl} from '../../../src/lab/resolve-url.ts'

const landmarks = new Map([
  ['api', {address: '10.77.0.2', port: 7000}],
  ['server', {address: '10.77.0.2', port: null}],
  ['six', {address: 'fd00::2', port: 53}],
])

describe('resolveUrl', () => {
  it.each([
    ['tls://{api}', 'tls://10.77.0.2:7000'],
    ['dns://{six}/name?type=A', 'dns://[fd00::2]:53/name?type=A'],
    ['ping://{api}', 'ping://10.77.0.2'],
    ['icmp://{server}', 'icmp://10.77.0.2'],
    ['tcp://{server}:22', 'tcp://10.77.0.2:22'],
    ['tcp://{api}:22', 'tcp://10.77.0.2:22'],
    ['tcp://192.0.2.1:80', 'tcp://192.0.2.1:80'],
  ])('turns %s into %s', (url, resolved) => {
    expect(resolveUrl(url, landmarks)).toBe(resolved)
  })

  it('suggests the name that was meant', () => {
    expect(() => resolveUrl('tls://{apj}', landmarks)).toThrow(
      expect.objectContaining({problems: [expect.objectContaining({advice: ['did you mean "api"?']})]}),
    )
  })
})
