import {createServer, type IncomingMessage} from 'node:http'
import type {AddressInfo} from 'node:net'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {openPorts} from '../../../../src/app/ports.ts'
import type {Answer, Offer} from '../../../../src/connections/peers/offer.ts'
import {openSignal} from '../../../../src/connections/peers/signal.ts'
import {WatchPeers} from '../../../../src/connections/peers/watch-peers.ts'
import type {PeerEvent, PeerState} from '../../../../src/core/peer-events.ts'
import type {PeerSpec} from '../../../../src/core/peer-spec.ts'
import {freePort} from '../../../support/nginx-tls.ts'
import {peerSpec} from '../../../support/peer-world.ts'

const PACE = {
  ...{check: 200, consentInterval: 200, consentTimeout: 3000, keepalive: 100, inactive: 500, failures: 3},
  ...{restartAfter: 100, restartTimeout: 1000, refundAfter: 500, grace: 200},
}
const FIRST = {ufrag: 'first', pwd: 'f'.repeat(24)}
const SECOND = {ufrag: 'second', pwd: 's'.repeat(24)}

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netdrill-peers-'))
})
afterEach(async () => rm(folder, {recursive: true}))

interface Running {
  readonly peers: WatchPeers
  readonly events: PeerEvent[]
  stateOf(name: string): PeerState | undefined
}

function run(): Running {
  const events: PeerEvent[] = []
  const peers = new WatchPeers(openPorts(1), {emit: (event) => events.push(event)})
  return {peers, events, stateOf: (name) => peers.health().get(name)?.state}
}

async function pair(signals = true): Promise<readonly [PeerSpec, PeerSpec]> {
  const [one, two] = [await freePort(), await freePort()]
  const files = (mine: string, theirs: string): PeerSpec['signal'] =>
    signals ? {type: 'file', out: join(folder, mine), in: join(folder, theirs)} : null
  const near = {...PACE, bind: ['127.0.0.1'], port: one, candidates: [{address: '127.0.0.1', port: two}]}
  const far = {...PACE, bind: ['127.0.0.1'], port: two, candidates: [{address: '127.0.0.1', port: one}]}
  return [
    peerSpec({...near, name: 'far', local: FIRST, remote: SECOND, signal: files('one', 'two')}),
    peerSpec({
      ...far,
      name: 'near',
      role: 'controlled',
      local: SECOND,
      remote: FIRST,
      signal: files('two', 'one'),
    }),
  ]
}

test('two sides connect, lose each other, restart with new credentials through files, and are back', async () => {
  const [near, far] = await pair()
  const [one, two] = [run(), run()]
  await Promise.all([one.peers.replace([near]), two.peers.replace([far])])
  await expect.poll(() => [one.stateOf('far'), two.stateOf('near')]).toEqual(['connected', 'connected'])
  // The other side begins anew with credentials that this one does not know, as after a crash.
  two.peers.stop()
  const again = run()
  await again.peers.replace([{...far, local: {ufrag: 'fresh', pwd: 'n'.repeat(24)}}])
  await expect
    .poll(() => one.events.some((event) => event.type === 'peer-state' && event.to === 'disconnected'), {
      timeout: 5000,
    })
    .toBe(true)
  await expect
    .poll(() => [one.stateOf('far'), again.stateOf('near')], {timeout: 10_000})
    .toEqual(['connected', 'connected'])
  expect(one.peers.health().get('far')?.restartsTotal).toBeGreaterThan(0)
  one.peers.stop()
  again.peers.stop()
  expect(one.peers.health().size).toBe(0)
}, 20_000)

test('the five steps of a life are told in their order', async () => {
  const [near, far] = await pair(false)
  const [one, two] = [run(), run()]
  await Promise.all([one.peers.replace([{...near, maxRestarts: 1}]), two.peers.replace([far])])
  await expect.poll(() => one.stateOf('far')).toBe('connected')
  await expect.poll(() => one.events.some(({type}) => type === 'peer-check')).toBe(true)
  two.peers.stop()
  await expect.poll(() => one.peers.health().size, {timeout: 10_000}).toBe(0)
  const steps = one.events.flatMap((event) =>
    event.type === 'peer-step' ? [event.step] : event.type === 'peer-check' ? ['check' as const] : [],
  )
  const life = ['connect', 'monitor', 'check', 'recover', 'clean-up'] as const
  // Looks go on from the start; the one that matters is of a peer that is connected.
  const firsts = life.map((step) => steps.indexOf(step, step === 'check' ? steps.indexOf('monitor') : 0))
  expect(firsts).not.toContain(-1)
  expect(firsts).toEqual(firsts.toSorted((a, b) => a - b))
  expect(one.events.at(-1)).toMatchObject({type: 'peer-removed', peer: 'far'})
}, 20_000)

test('peers that are not in the document any more are ended, and the others go on', async () => {
  const [near, far] = await pair(false)
  const [one, two] = [run(), run()]
  await Promise.all([one.peers.replace([near, {...near, name: 'other', port: 0}]), two.peers.replace([far])])
  await expect.poll(() => one.stateOf('far')).toBe('connected')
  await one.peers.replace([near])
  expect([...one.peers.health().keys()]).toEqual(['far'])
  expect(one.stateOf('far')).toBe('connected')
  one.peers.stop()
  two.peers.stop()
})

const ANSWER: Answer = {type: 'answer', id: 'abc', ufrag: 'their', pwd: 't'.repeat(24), candidates: []}
const OFFER: Offer = {...ANSWER, type: 'offer', tieBreaker: '1', reason: 'test'}

test('a program gets the offer on its standard input and prints the answer', async () => {
  const script = join(folder, 'hook.mjs')
  const body = `let t='';for await(const c of process.stdin)t+=c;const o=JSON.parse(t);delete o.tieBreaker;delete o.reason;
  console.log(JSON.stringify({...o,type:'answer'}))`
  await writeFile(script, body)
  const signal = openSignal({type: 'command', argv: [process.execPath, script]}, openPorts(1))
  expect(await signal.send(OFFER)).toEqual({answer: ANSWER, failed: null})
})

test('a program that is not there, fails or talks nonsense is told as such', async () => {
  const say = async (argv: readonly string[]): Promise<string | null> =>
    (await openSignal({type: 'command', argv}, openPorts(1)).send(OFFER)).failed
  expect(await say(['/nowhere/hook'])).toBe('/nowhere/hook is not there')
  expect(await say(['false'])).toMatch(/^false ended with 1/)
  expect(await say(['echo', 'hello'])).toMatch(/"hello.*no answer/)
  expect(await say(['true'])).toBeNull()
})

test('a URL gets the offer by POST, and its response is the answer', async () => {
  const server = createServer((request, response) => void reply(request, (text) => response.end(text)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const signal = openSignal({type: 'http', url: `http://127.0.0.1:${port}/signal`}, openPorts(1))
  expect(await signal.send(OFFER)).toEqual({answer: ANSWER, failed: null})
  await new Promise<void>((resolve) => void server.close(() => resolve()))
  expect((await signal.send(OFFER)).failed).toMatch(/refused/)
})

async function reply(request: IncomingMessage, end: (text: string) => void): Promise<void> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  const {tieBreaker: _, reason: __, ...rest} = JSON.parse(text) as Record<string, unknown>
  end(JSON.stringify({...rest, type: 'answer'}))
}
