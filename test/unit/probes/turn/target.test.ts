import {describe, expect, it} from 'vitest'
import {openPorts} from '../../../../src/app/ports.ts'
import {parseTargetUrl} from '../../../../src/core/target.ts'
import {turnOptions} from '../../../../src/probes/turn/options.ts'
import {type TurnTarget, openTarget} from '../../../../src/probes/turn/target.ts'

const {files, tls, host} = openPorts(1)
const logins: Readonly<Record<string, string>> = {LOGIN: '1795267119:office:pass/word=', BARE: 'user'}
const ports = {files, tls, host: {...host, env: (name: string) => logins[name]}}

async function open(text: string, options: Readonly<Record<string, unknown>> = {}): Promise<TurnTarget> {
  const url = parseTargetUrl(text)
  if (!url.ok) throw new Error(url.because)
  return openTarget({url: url.value, family: 0, options: turnOptions.parse(options)}, ports)
}

describe('a TURN target', () => {
  it.each([
    ['turn://t.example', {}, 'udp', 3478],
    ['turn://t.example?transport=tcp', {}, 'tcp', 3478],
    ['turn://t.example?transport=tls', {}, 'tls', 5349],
    ['turn://t.example:443', {transport: 'tls'}, 'tls', 443],
    ['turns://t.example', {}, 'tls', 5349],
    ['turns://t.example:443?transport=tcp', {}, 'tls', 443],
    ['turns://t.example', {transport: 'tls'}, 'tls', 5349],
  ] as const)('%s %j is reached over %s, port %d', async (text, options, transport, port) => {
    const target = await open(text, options)
    expect(target).toMatchObject({transport, port})
    expect(target.tls !== null).toBe(transport === 'tls')
  })

  it.each([
    ['turn://t.example?transport=sctp', {}, /not a transport/],
    ['turn://t.example/path', {}, /ends with its port/],
    ['turn://t.example?ttl=3', {}, /ends with its port/],
    ['turns://t.example?transport=udp', {}, /DTLS/],
    ['turn://t.example?transport=tcp', {transport: 'udp'}, /leave one of them out/],
    ['turn://t.example', {peer: 'echo.example:7'}, /no address with a port/],
    ['turn://t.example', {login: 'env:BARE'}, /no colon/],
    ['turn://t.example', {login: 'env:MISSING'}, /not set/],
  ])('%s %j is a mistake', async (text, options, message) => {
    await expect(open(text, options)).rejects.toMatchObject({
      problems: [{message: expect.stringMatching(message) as string}],
    })
  })

  it('takes user names with colons, as time-limited credentials have them', async () => {
    const {login} = await open('turn://t.example', {login: 'env:LOGIN'})
    expect(login).toEqual({user: '1795267119:office', password: 'pass/word='})
  })

  it('relays to itself, or to the peer', async () => {
    expect((await open('turn://t.example')).relay).toBeNull()
    expect((await open('turn://t.example', {relay: true})).relay).toBe('self')
    const peer = {address: '2001:db8::7', port: 7}
    expect((await open('turn://t.example', {peer: '[2001:db8::7]:7'})).relay).toEqual(peer)
  })

  it('has no password in its URL', () => {
    expect(parseTargetUrl('turn://user:secret@t.example')).toMatchObject({ok: false})
  })
})
