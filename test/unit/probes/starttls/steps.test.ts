import {describe, expect, test} from 'vitest'
import type {Heard} from '../../../../src/probes/starttls/dialogue.ts'
import {STARTTLS_PROTOCOLS, type StarttlsProtocol} from '../../../../src/probes/starttls/protocols.ts'
import {planDialogue} from '../../../../src/probes/starttls/steps.ts'
import {SCRIPTS} from '../../../support/starttls-servers.ts'

const CONTEXT = {host: 'example.org', localAddress: '192.0.2.7'}

function hear(protocol: StarttlsProtocol, name: string, text: string | Uint8Array): Heard {
  const step = planDialogue(protocol, CONTEXT).find((each) => each.name === name)
  if (!step?.hear) throw new Error(`${protocol} has no step ${name} with an answer`)
  return step.hear(Buffer.from(text))
}

describe.each(STARTTLS_PROTOCOLS)('%s', (protocol) => {
  const steps = planDialogue(protocol, CONTEXT)

  test('every beginning of a good answer wants more, and the whole one is used up', () => {
    for (const [index, step] of steps.entries()) {
      const good = Buffer.from(SCRIPTS[protocol][index]?.good ?? '')
      if (!step.hear) continue
      for (let length = 0; length < good.length; length++) {
        expect(step.hear(good.subarray(0, length)), `${step.name}: ${length} octets`).toEqual({type: 'more'})
      }
      expect(step.hear(good)).toEqual({type: 'go', used: good.length})
      expect(step.hear(Buffer.concat([good, Buffer.from('more')]))).toEqual({type: 'go', used: good.length})
    }
  })

  test.each([
    ['a TLS alert', Uint8Array.of(21, 3, 1, 0, 2, 2, 70)],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['HTML', '<html><body>no</body></html>\r\n'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['zeros', Buffer.alloc(64)],
    ['high octets', Buffer.alloc(64, 0xff)],
  ])('%s is another protocol at every step', (_, bytes) => {
    const heard = steps.flatMap((step) => step.hear?.(Buffer.from(bytes)) ?? [])
    expect(new Set(heard.map(({type}) => type))).toEqual(new Set(['foreign']))
  })
})

describe('answers of real servers that look unusual', () => {
  test.each<[StarttlsProtocol, string, string, Heard['type']]>([
    ['smtp', 'greeting', '220\r\n', 'go'],
    ['smtp', 'greeting', '220 a\n', 'go'],
    ['smtp', 'greeting', '421 4.7.0 try later\r\n', 'refused'],
    ['smtp', 'greeting', '354 go on\r\n', 'foreign'],
    ['smtp', 'EHLO', '250-a\r\n250-starttls\r\n250 HELP\r\n', 'go'],
    ['smtp', 'EHLO', '250 a\r\n', 'absent'],
    ['smtp', 'EHLO', '250-a\r\n250 XXXXXXXA\r\n', 'absent'],
    ['smtp', 'EHLO', '502 unknown\r\n', 'refused'],
    ['imap', 'greeting', '* PREAUTH welcome\r\n', 'refused'],
    ['imap', 'CAPABILITY', 'n1 OK [CAPABILITY IMAP4rev1 STARTTLS] done\r\n', 'absent'],
    ['imap', 'CAPABILITY', '* BYE later\r\n', 'refused'],
    ['imap', 'CAPABILITY', 'n7 OK wrong tag\r\n', 'foreign'],
    ['imap', 'STARTTLS', '* BYE later\r\n', 'refused'],
    ['pop3', 'CAPA', '-ERR unknown command\r\n', 'go'],
    ['pop3', 'CAPA', '+OK\r\nstls\r\n.\r\n', 'go'],
    ['nntp', 'greeting', '201 no posting\r\n', 'go'],
    ['nntp', 'CAPABILITIES', '500 unknown command\r\n', 'go'],
    ['nntp', 'STARTTLS', '502 already\r\n', 'absent'],
    ['ftp', 'greeting', '220---- Welcome ----\r\n220-line\r\nany text\r\n220 end\r\n', 'go'],
    ['ftp', 'AUTH TLS', '530 log in first\r\n', 'refused'],
    ['ftp', 'AUTH TLS', '334 more data\r\n', 'foreign'],
    ['postgres', 'SSLRequest', 'SSH-2.0-x', 'foreign'],
    ['postgres', 'SSLRequest', 'G', 'foreign'],
    ['sieve', 'greeting', '"STARTTLS"\r\nOK (TAG {4}\r\n', 'go'],
    ['sieve', 'greeting', 'NO\r\n', 'refused'],
    ['xmpp', 'features', '<features xmlns="http://etherx.jabber.org/streams"/>', 'absent'],
    ['xmpp', 'starttls', '<proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"></proceed>', 'go'],
    ['xmpp', 'starttls', '<iq/>', 'foreign'],
  ])('%s at %s: %j', (protocol, name, text, type) => {
    expect(hear(protocol, name, text).type).toBe(type)
  })

  test('LDAP with lengths in the long form, and a notice of disconnection', () => {
    const inner = [0x02, 0x01, 0x01, 0x78, 0x84, 0, 0, 0, 7, 0x0a, 1, 0, 4, 0, 4, 0]
    expect(hear('ldap', 'StartTLS', Uint8Array.from([0x30, 0x84, 0, 0, 0, inner.length, ...inner]))).toEqual({
      type: 'go',
      used: 22,
    })
    const notice = Uint8Array.of(0x30, 12, 2, 1, 0, 0x78, 7, 0x0a, 1, 52, 4, 0, 4, 0)
    expect(hear('ldap', 'StartTLS', notice)).toEqual({type: 'refused', said: 'result code 52'})
  })

  test('lines without end, and XML without end', () => {
    for (const [protocol, name, start] of [
      ['smtp', 'greeting', '220 '],
      ['imap', 'greeting', '* OK '],
      ['sieve', 'greeting', '"A" '],
      ['xmpp', 'stream', '<stream:stream '],
    ] as const) {
      expect(hear(protocol, name, start.padEnd(40_000, 'x'))).toEqual({type: 'foreign'})
    }
  })
})

test('SMTP introduces itself by address', () => {
  const say = (localAddress: string): string => {
    const [, ehlo] = planDialogue('smtp', {host: 'example.org', localAddress})
    return Buffer.from(ehlo?.send ?? []).toString()
  }
  expect(say('192.0.2.7')).toBe('EHLO [192.0.2.7]\r\n')
  expect(say('2001:db8::7')).toBe('EHLO [IPv6:2001:db8::7]\r\n')
})

test('a name can not break out of the XML', () => {
  const [open] = planDialogue('xmpp', {...CONTEXT, host: "x'><evil"})
  expect(Buffer.from(open?.send ?? []).toString()).toContain("to='xevil'")
})
