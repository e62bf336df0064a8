import {expect, it} from 'vitest'
import type {TurnFacts} from '../../../src/core/facts.ts'
import {renderTurn, transportWords} from '../../../src/reporters/probe-transports.ts'

const FACTS: TurnFacts = {
  ...{transport: 'tls', relayed: '192.0.2.1:50000', mapped: '198.51.100.7:4000', lifetime: 600},
  ...{realm: 'example.org', relay_rtt: 23.4, requests: 3, software: 'Coturn', error: null, alternate: null},
}
const options = {style: (_: string, text: string) => text, columns: 80, width: 80}

it.each([
  ['a relay that passes packets on', FACTS],
  [
    'a redirection',
    {
      ...{...FACTS, relayed: null, mapped: null, lifetime: null, relay_rtt: null, error: 300},
      alternate: '192.0.2.9:3479',
    },
  ],
])('the text about %s', async (name, facts) => {
  const text = `${renderTurn(facts, options).join('\n')}\n`
  await expect(text).toMatchFileSnapshot(`./texts/turn-${name.replaceAll(' ', '-')}.txt`)
})

it('a line of a sample names the relayed address', () => {
  expect(transportWords({phase: {}, turn: FACTS})).toBe('relayed 192.0.2.1:50000')
})
