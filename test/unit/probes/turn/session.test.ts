import {createHash} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../../src/core/codes/index.ts'
import {type TurnMessage, decodeTurn, longTermKey} from '../../../../src/probes/turn/message.ts'
import {Session, type SessionPlan, type SessionResult} from '../../../../src/probes/turn/session.ts'
import type {Wire} from '../../../../src/probes/turn/wire.ts'
import {startDeadline} from '../../../../src/probes/shared/deadline.ts'
import {FakeClock} from '../../../support/fake-clock.ts'
import {
  type StunAttribute,
  addressAttribute,
  encodeStun,
  errorAttribute,
  transactionOf,
  xorMapped,
} from '../../../support/scripted-stun.ts'

const NONCE: StunAttribute = {type: 0x0015, value: Buffer.from('nonce')}
const REALM: StunAttribute = {type: 0x0014, value: Buffer.from('example.org')}
const LIFETIME: StunAttribute = {type: 0x000d, value: Buffer.of(0, 0, 2, 88)}
const RELAYED: StunAttribute = {...xorMapped('192.0.2.1', 50_000), type: 0x0016}

interface Reply {
  /** 0x0113 is an error response to an allocation, 0x0103 a success. */
  readonly type?: number
  readonly attributes: readonly StunAttribute[]
}

const error = (code: number, ...more: readonly StunAttribute[]): Reply => ({
  type: 0x0113,
  attributes: [errorAttribute(code, 'told'), ...more],
})
const CHALLENGE = error(401, REALM, NONCE)
const STALE = error(438, REALM, NONCE)

/** Answers in this order; the requests as they were sent are kept. */
function scripted(replies: readonly Reply[]): {readonly wire: Wire; readonly asked: TurnMessage[]} {
  const asked: TurnMessage[] = []
  const wire: Wire = {
    ask: async ({payload, silence}) => {
      const request = Buffer.from(payload)
      asked.push(decodeTurn(request))
      const reply = replies[asked.length - 1]
      if (!reply) return Promise.resolve({sent: 1, message: null, failure: makeFailure(silence, 'silent')})
      const transaction = transactionOf(request)
      const message = decodeTurn(encodeStun({type: 0x0103, ...reply, transaction}))
      return Promise.resolve({sent: 1, message, wait: 5})
    },
    close: () => {},
  }
  return {wire, asked}
}

async function run(wire: Wire, more: Partial<SessionPlan> = {}): Promise<SessionResult> {
  const clock = new FakeClock()
  const {signal} = new AbortController()
  const deadline = startDeadline({clock, after: 1000, level: 'sample', parent: signal})
  const login = {user: 'user', password: 'secret'}
  const plan = {
    wire,
    name: 'server',
    transport: 'tcp',
    family: 4,
    login,
    relay: null,
    deadline,
    clock,
  } as const
  return new Session({...plan, ...more}).run()
}

describe('an allocation', () => {
  it.each([
    [300, 'TURN_TRY_ALTERNATE'],
    [400, 'TURN_ERROR_RESPONSE'],
    [401, 'TURN_UNAUTHORIZED'],
    [403, 'TURN_FORBIDDEN'],
    [420, 'TURN_UNSUPPORTED'],
    [437, 'TURN_ALLOCATION_MISMATCH'],
    [440, 'TURN_UNSUPPORTED'],
    [441, 'TURN_UNAUTHORIZED'],
    [442, 'TURN_UNSUPPORTED'],
    [486, 'TURN_QUOTA'],
    [500, 'TURN_ERROR_RESPONSE'],
    [508, 'TURN_CAPACITY'],
  ] as const)('refused with %d is %s', async (code, expected) => {
    const {wire} = scripted([CHALLENGE, error(code, REALM, NONCE)])
    const {failure, facts} = await run(wire)
    expect(failure).toMatchObject({code: expected, cause: String(code)})
    expect(facts).toMatchObject({error: code, relayed: null, realm: 'example.org', requests: 2})
  })

  it('names the server that should be asked instead', async () => {
    const {wire} = scripted([error(300, addressAttribute(0x8023, '192.0.2.9', 3479))])
    const {failure, facts} = await run(wire)
    expect(failure?.message).toContain('ask 192.0.2.9:3479')
    expect(facts.alternate).toBe('192.0.2.9:3479')
  })

  it('answers a challenge with what proves the password, and only then', async () => {
    const {wire, asked} = scripted([CHALLENGE])
    await run(wire)
    const [first, second] = asked
    const key = createHash('md5').update('user:example.org:secret').digest()
    expect(longTermKey('user', 'example.org', 'secret')).toEqual(key)
    expect(first?.proves(key)).toBe(false)
    expect(second?.proves(key)).toBe(true)
    expect(second).toMatchObject({realm: 'example.org'})
    expect(Buffer.from(second?.nonce ?? []).toString()).toBe('nonce')
  })

  it('is asked for again with a new nonce, but not for ever', async () => {
    const {wire, asked} = scripted([CHALLENGE, STALE, STALE, STALE, STALE, STALE])
    expect(await run(wire)).toMatchObject({failure: {code: 'TURN_STALE_NONCE'}})
    expect(asked.length).toBe(4)
  })

  it('is no good from somebody who does not know the password', async () => {
    const {wire} = scripted([CHALLENGE, {attributes: [RELAYED, LIFETIME]}])
    const {failure, facts} = await run(wire)
    expect(failure).toMatchObject({code: 'TURN_MALFORMED'})
    expect(facts.relayed).toBeNull()
  })

  it('needs no password where the server asks for none', async () => {
    const {wire} = scripted([{attributes: [RELAYED, LIFETIME, xorMapped('192.0.2.7', 4000)]}])
    expect(await run(wire, {login: null})).toMatchObject({
      failure: null,
      rtt: 5,
      facts: {relayed: '192.0.2.1:50000', mapped: '192.0.2.7:4000', lifetime: 600},
    })
  })

  it.each([
    ['the relayed address', [LIFETIME]],
    ['the lifetime', [RELAYED]],
  ] as const)('is malformed without %s', async (_, attributes) => {
    const {wire} = scripted([{attributes}])
    expect(await run(wire, {login: null})).toMatchObject({failure: {code: 'TURN_MALFORMED'}})
  })

  it('is given back over UDP, and ends with its connection otherwise', async () => {
    const good = {attributes: [RELAYED, LIFETIME]}
    const datagrams = scripted([good])
    expect(await run(datagrams.wire, {login: null, transport: 'udp'})).toMatchObject({failure: null})
    expect(datagrams.asked.map(({method, lifetime}) => [method, lifetime])).toEqual([
      [3, null],
      [4, 0],
    ])
    const stream = scripted([good])
    await run(stream.wire, {login: null})
    expect(stream.asked.length).toBe(1)
  })

  it('that passes nothing on is a failure of the relay', async () => {
    const {wire} = scripted([{attributes: [RELAYED, LIFETIME]}, {type: 0x0108, attributes: []}])
    const {failure, facts} = await run(wire, {login: null, relay: 'self'})
    expect(failure).toMatchObject({code: 'TURN_RELAY_SILENT'})
    expect(facts).toMatchObject({relayed: '192.0.2.1:50000', relay_rtt: null})
  })
})
