import {describe, expect, test} from 'vitest'
import {encodePeerMessage} from '../../../../src/connections/peers/stun-message.ts'
import {PeerWorld, offersOf, statesOf, stepsOf} from '../../../support/peer-world.ts'

const TRANSACTION = '0102030405060708090a0b0c'

describe('a peer that can be reached', () => {
  test('goes from new over checking to connected, and stays so', async () => {
    const world = new PeerWorld()
    await world.start()
    await world.pass(600_000)
    expect(statesOf(world.one)).toEqual(['checking', 'connected'])
    expect(statesOf(world.two)).toEqual(['checking', 'connected'])
    expect(world.one.peer.health()).toMatchObject({
      ...{failures: 0, restarts: 0, forged: 0, unknown: 0, sendErrors: 0},
      selected: '10.0.0.1 → 10.0.0.2:5000',
    })
  })

  test('is asked for consent every 5 s, give or take a fifth, and looked at each 5 s', async () => {
    const world = new PeerWorld({keepalive: 15_000}, {keepalive: 15_000})
    await world.start()
    await world.pass(400_000)
    expect(world.one.events.filter(({type}) => type === 'peer-check')).toHaveLength(80)
    // About 80 answers to our own checks, and 80 requests of theirs.
    const {received} = world.one.peer.health()
    expect(received).toBeGreaterThan(135)
    expect(received).toBeLessThan(200)
  })

  test('hears from us within the keepalive, whatever else is going on', async () => {
    const world = new PeerWorld({keepalive: 2000}, {})
    await world.start()
    await world.pass(5000)
    const times: number[] = []
    world.network.drops = (from) => {
      if (from.address === '10.0.0.1') times.push(world.clock.now())
      return false
    }
    await world.pass(120_000)
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2005)
  })
})

describe('a blackout', () => {
  test('of 5 s restarts nothing', async () => {
    const world = new PeerWorld()
    await world.start()
    await world.pass(60_000)
    await world.blackout(5000)
    await world.pass(60_000)
    expect(statesOf(world.one)).toEqual(['checking', 'connected'])
    expect([...offersOf(world.one), ...offersOf(world.two)]).toEqual([])
  })

  test('of 20 s restarts: lost after 10 to 15 s, new credentials, back, refunded when stable', async () => {
    const world = new PeerWorld()
    await world.start()
    await world.pass(60_000)
    const began = world.clock.now()
    world.two.signal.open = false
    await world.blackout(20_000)
    world.two.signal.open = true
    await world.pass(30_000)
    const lost = world.one.events.find((event) => event.type === 'peer-state' && event.to === 'disconnected')
    expect((lost?.at ?? 0) - began).toBeGreaterThanOrEqual(4000)
    expect((lost?.at ?? 0) - began).toBeLessThanOrEqual(15_000)
    expect(offersOf(world.one).length + offersOf(world.two).length).toBeGreaterThanOrEqual(1)
    expect(statesOf(world.one).at(-1)).toBe('connected')
    expect(statesOf(world.two).at(-1)).toBe('connected')
    expect(world.one.peer.health().restarts).toBeGreaterThan(0)
    await world.pass(61_000)
    expect(world.one.peer.health().restarts).toBe(0)
    expect(world.one.peer.health().restartsTotal).toBeGreaterThan(0)
  })

  test('over which both sides lose the path at once: exactly one offer wins', async () => {
    const world = new PeerWorld({check: 5000}, {check: 5000})
    await world.start()
    await world.pass(60_000)
    await world.blackout(20_000)
    await world.pass(30_000)
    expect([statesOf(world.one).at(-1), statesOf(world.two).at(-1)]).toEqual(['connected', 'connected'])
    const words = [...stepsOf(world.one), ...stepsOf(world.two)]
    const wins = words.filter((text) => /: (ours|theirs) wins$/.test(text))
    const answers = [...world.one.signal.sent, ...world.two.signal.sent].filter(({type}) => type === 'answer')
    expect(wins.length).toBeLessThanOrEqual(2)
    expect(new Set(wins).size).toBe(wins.length)
    expect(answers.length).toBeGreaterThanOrEqual(1)
  })

  test.for([
    {winner: 'one', tieBreakers: [2, 1]},
    {winner: 'two', tieBreakers: [1, 2]},
  ] as const)(
    'with given tie-breakers: the offer of $winner is the only one taken up',
    async ({winner, tieBreakers: [first, second]}) => {
      const world = new PeerWorld({tieBreaker: first}, {tieBreaker: second})
      await world.start()
      await world.pass(60_000)
      for (const {signal} of [world.one, world.two]) signal.latency = 8000
      await world.blackout(20_000)
      await world.pass(30_000)
      const told = [world.one, world.two].map(({peer}) => {
        const {state, glares = 0, restartsWon = 0} = peer.health()
        return {state, glares, restartsWon}
      })
      const [won, yielded] = [1, 0].map((restartsWon) => ({state: 'connected', glares: 1, restartsWon}))
      expect(told).toEqual(winner === 'one' ? [won, yielded] : [yielded, won])
    },
  )

  test('whose restart is answered when the old path is back already: both go on with the new credentials', async () => {
    const world = new PeerWorld({}, {restartAfter: 60_000})
    await world.start()
    await world.pass(60_000)
    for (const {signal} of [world.one, world.two]) signal.latency = 8000
    await world.blackout(17_000)
    await world.pass(5000)
    expect(statesOf(world.one).at(-1)).toBe('connected')
    await world.pass(30_000)
    // A new path works with what the restart agreed upon alone.
    await world.two.peer.addAddress('10.9.0.2')
    world.two.peer.removeAddress('10.0.0.2')
    await world.pass(20_000)
    expect(world.one.peer.health()).toMatchObject({state: 'connected', restartsWon: 1, restartsTotal: 1})
    expect(world.one.peer.health().selected).toBe('10.0.0.1 → 10.9.0.2:5000')
    await world.pass(61_000)
    expect(world.one.peer.health().restarts).toBe(0)
  })

  test('that never ends: three restarts, failed, and after the grace nothing is left of the record', async () => {
    const world = new PeerWorld()
    await world.start()
    await world.pass(60_000)
    world.one.signal.open = false
    world.two.signal.open = false
    world.network.drops = () => true
    await world.pass(600_000)
    expect(statesOf(world.one)).toEqual(['checking', 'connected', 'disconnected', 'failed', 'closed'])
    expect(offersOf(world.one)).toHaveLength(3)
    expect(world.one.ended).toBe(true)
    expect(stepsOf(world.one).at(-1)).toMatch(/^clean-up: /)
    expect(world.network.sockets.has('10.0.0.1 5000')).toBe(false)
  })

  test('that never ends, with a record that is kept: it comes back when the path does', async () => {
    const world = new PeerWorld({onFailed: 'keep', maxRestarts: 1}, {onFailed: 'keep', maxRestarts: 1})
    world.one.signal.open = false
    world.two.signal.open = false
    await world.start()
    await world.pass(60_000)
    await world.blackout(300_000)
    expect(statesOf(world.one).at(-1)).toBe('failed')
    await world.pass(60_000)
    expect(statesOf(world.one).at(-1)).toBe('connected')
    expect(statesOf(world.two).at(-1)).toBe('connected')
  })
})

describe('what is no proof', () => {
  test('a flood of forged and foreign packets changes nothing but two counters', async () => {
    const world = new PeerWorld()
    await world.start()
    await world.pass(60_000)
    const before = world.one.events.length
    const forged = encodePeerMessage({
      ...{class: 'request', transaction: TRANSACTION, username: 'aaaa:bbbb', nominate: true},
      password: 'guessed'.repeat(4),
    })
    const to = {address: '10.0.0.1', port: 5000}
    for (let count = 0; count < 500; count++) {
      world.network.inject({address: '203.0.113.9', port: count + 1}, to, forged)
      world.network.inject({address: '203.0.113.9', port: count + 1}, to, Buffer.from('anything else'))
    }
    expect(world.one.peer.health()).toMatchObject({
      state: 'connected',
      failures: 0,
      forged: 500,
      unknown: 500,
    })
    // Told once each, so that a flood does not fill the journal.
    expect(world.one.events.length - before).toBe(2)
    await world.pass(60_000)
    expect(statesOf(world.one)).toEqual(['checking', 'connected'])
    expect(offersOf(world.one)).toEqual([])
  })

  test('is not taken for activity: with nothing else the peer is lost', async () => {
    const world = new PeerWorld()
    await world.start()
    await world.pass(60_000)
    world.network.drops = () => true
    const forged = encodePeerMessage({
      class: 'request',
      transaction: TRANSACTION,
      username: 'aaaa:bbbb',
      password: 'x',
    })
    for (let second = 0; second < 20; second++) {
      world.network.inject({address: '10.0.0.2', port: 5000}, {address: '10.0.0.1', port: 5000}, forged)
      await world.pass(1000)
    }
    expect(statesOf(world.one)).toContain('disconnected')
  })
})

describe('errors of sending', () => {
  test.for(['EPERM', 'ENETUNREACH', 'ENOBUFS'])(
    '%s is counted and told once, and ends nothing',
    async (code) => {
      const world = new PeerWorld()
      await world.start()
      await world.pass(60_000)
      world.network.fails = ({address}) => (address === '10.0.0.1' ? code : null)
      await world.pass(6000)
      const {sendErrors, sendCodes} = world.one.peer.health()
      expect(sendErrors).toBeGreaterThan(0)
      expect(sendCodes).toEqual({[code]: sendErrors})
      world.network.fails = () => null
      await world.pass(60_000)
      expect(statesOf(world.one)).toEqual(['checking', 'connected'])
      expect(
        stepsOf(world.one).filter((text) => text === `send-error: could not send: ${code}`),
      ).toHaveLength(1)
    },
  )
})

describe('addresses that come and go', () => {
  test('a second address becomes a candidate and takes over without a restart when the first is gone', async () => {
    const world = new PeerWorld()
    await world.start()
    await world.pass(60_000)
    await world.one.peer.addAddress('10.9.0.1')
    await world.pass(2000)
    world.one.peer.removeAddress('10.0.0.1')
    await world.pass(10_000)
    expect(world.one.peer.health().selected).toBe('10.9.0.1 → 10.0.0.2:5000')
    expect(statesOf(world.one)).toEqual(['checking', 'connected'])
    await world.pass(60_000)
    expect(world.two.peer.health().selected).toBe('10.0.0.2 → 10.9.0.1:5000')
    expect(statesOf(world.two)).toEqual(['checking', 'connected'])
    expect(offersOf(world.one)).toEqual([])
  })

  test.for([
    {bind: ['10.9.0.1', '10.0.0.1'], used: '10.9.0.1'},
    {bind: ['10.0.0.1', '10.9.0.1'], used: '10.0.0.1'},
    {bind: [], used: '10.0.0.1'},
  ])('of those bound, $bind, a new address is nominated where it is the first', async ({bind, used}) => {
    const world = new PeerWorld({bind})
    await world.start()
    await world.pass(60_000)
    await world.one.peer.addAddress('10.9.0.1')
    await world.pass(10_000)
    expect(world.one.peer.health().locals).toEqual(['10.0.0.1', '10.9.0.1'])
    expect(world.one.peer.health().selected).toBe(`${used} → 10.0.0.2:5000`)
    expect(world.two.peer.health().selected).toBe(`10.0.0.2 → ${used}:5000`)
    world.one.peer.removeAddress('10.9.0.1')
    await world.pass(10_000)
    expect(world.two.peer.health().selected).toBe('10.0.0.2 → 10.0.0.1:5000')
    expect([statesOf(world.one), offersOf(world.one)]).toEqual([['checking', 'connected'], []])
  })

  test('a better pair that falls silent is left for one that works, once', async () => {
    const world = new PeerWorld({}, {candidates: []})
    await world.start()
    await world.pass(60_000)
    await world.two.peer.addAddress('10.9.0.2')
    // Known by what it sends, so the pair is there, and works.
    world.two.peer.removeAddress('10.0.0.2')
    await world.pass(60_000)
    const moves = stepsOf(world.one).filter((text) => text.startsWith('candidate: moves '))
    expect(moves).toEqual(['candidate: moves from 10.0.0.1 → 10.0.0.2:5000 to 10.0.0.1 → 10.9.0.2:5000'])
    expect(world.one.peer.health().selected).toBe('10.0.0.1 → 10.9.0.2:5000')
    expect([offersOf(world.one), offersOf(world.two)]).toEqual([[], []])
  })

  test('the only address is replaced by another one: lost at once, found again, without a restart', async () => {
    const world = new PeerWorld()
    await world.start()
    await world.pass(60_000)
    world.one.peer.removeAddress('10.0.0.1')
    expect(statesOf(world.one).at(-1)).toBe('disconnected')
    await world.one.peer.addAddress('10.9.0.1')
    await world.pass(30_000)
    expect(statesOf(world.one).at(-1)).toBe('connected')
    expect(statesOf(world.two).at(-1)).toBe('connected')
    expect(world.two.peer.health().selected).toBe('10.0.0.2 → 10.9.0.1:5000')
  })

  test('a NAT that gives the other side a new port: the stream goes on', async () => {
    const world = new PeerWorld()
    await world.start()
    await world.pass(60_000)
    // The old mapping is gone in both directions; the new one is another address in front of the same socket.
    await world.one.peer.addAddress('10.0.0.77')
    world.network.drops = (from, to) => from.address === '10.0.0.1' || to.address === '10.0.0.1'
    await world.pass(60_000)
    expect(statesOf(world.two).at(-1)).toBe('connected')
    expect(statesOf(world.one).at(-1)).toBe('connected')
    expect(world.two.peer.health().selected).toBe('10.0.0.2 → 10.0.0.77:5000')
  })
})

test('both sides controlling: the tie-breaker decides, and one of them changes its role', async () => {
  const world = new PeerWorld({}, {role: 'controlling'})
  await world.start()
  await world.pass(60_000)
  expect([statesOf(world.one).at(-1), statesOf(world.two).at(-1)]).toEqual(['connected', 'connected'])
  const changes = [...stepsOf(world.one), ...stepsOf(world.two)].filter((text) =>
    text.includes('had the same role'),
  )
  expect(changes).toHaveLength(1)
})

test('nothing is left running when it is stopped', async () => {
  const world = new PeerWorld()
  await world.start()
  await world.pass(10_000)
  world.one.peer.stop('the watch ended')
  world.two.peer.stop('the watch ended')
  await world.pass(100)
  expect(world.clock.pending).toBe(0)
  expect(world.network.sockets.size).toBe(0)
})
