import {expect, test} from 'vitest'
import type {WebSocketFacts} from '../../../src/core/facts.ts'
import {renderWebSocket, webSocketWords} from '../../../src/reporters/probe-websocket.ts'
import {chooseStyle} from '../../../src/reporters/style.ts'

const OPTIONS = {style: chooseStyle(false), width: 80}

const GOOD: WebSocketFacts = {
  ...{url: 'wss://example.org/socket', status: 101, protocol: null, ended: null},
  ...{close_code: null, close_reason: null, clean: true, pings: 1, pongs: 1, stale: 0},
  ...{messages: 0, message: null, reused: false, age_ms: 12},
}

const shown = (more: Partial<WebSocketFacts>): string =>
  renderWebSocket({...GOOD, ...more}, OPTIONS).join('\n')

test.for([
  ['a good one', {}, /^websocket\n +upgrade +done \(101\)\n +pings +1 of 1 answered$/],
  ['a refused one', {status: 503, ended: 'refused', pings: 0, clean: null}, /upgrade +503\n.*was refused$/],
  [
    'a close frame',
    {ended: 'close-frame', close_code: 1013, close_reason: 'busy'},
    /closed by the server: code 1013 "busy"/,
  ],
  ['a FIN', {ended: 'fin'}, /without a close frame \(FIN\)/],
  ['an RST', {ended: 'rst'}, /RST/],
  [
    'silence',
    {ended: 'silence', pongs: 0, stale: 2},
    /0 of 1 answered, and 2 pongs for other pings\n.*no pong: silence/,
  ],
  ['a message with control characters', {messages: 2, message: 'a\u001B[31mb'}, /messages +2, last "ab"/],
  [
    'no answer to our close frame',
    {clean: false, reused: true},
    /was not answered; over the connection of an/,
  ],
] as const satisfies readonly (readonly [string, Partial<WebSocketFacts>, RegExp])[])(
  '%s',
  ([, more, words]) => {
    expect(shown(more)).toMatch(words)
  },
)

test('a few words about a success', () => {
  expect(webSocketWords({...GOOD, protocol: 'chat', messages: 1, reused: true})).toBe(
    '1 pong, chat, 1 message, same connection',
  )
  expect(webSocketWords({...GOOD, pings: 0, pongs: 0})).toBe('open')
})
