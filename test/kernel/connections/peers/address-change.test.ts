import {type ChildProcess, spawn} from 'node:child_process'
import {createInterface} from 'node:readline'
import {afterAll, beforeAll, expect, test} from 'vitest'
import type {PeerEvent} from '../../../../src/core/peer-events.ts'
import type {PeerSpec} from '../../../../src/core/peer-spec.ts'
import {type NamespacePair, ipIn, makeNamespacePair, namespacesMissing} from '../../../support/namespaces.ts'
import {peerSpec} from '../../../support/peer-world.ts'

const HERE = new URL('peer-here.ts', import.meta.url).pathname
const missing = namespacesMissing()
const FIRST = {ufrag: 'first', pwd: 'f'.repeat(24)}
const SECOND = {ufrag: 'second', pwd: 's'.repeat(24)}
const PACE: Partial<PeerSpec> = {
  ...{check: 500, consentInterval: 500, consentTimeout: 5000, keepalive: 200, inactive: 1500},
  ...{restartAfter: 500, restartTimeout: 2000, refundAfter: 2000, signal: null, onFailed: 'keep'},
}

interface Side {
  readonly child: ChildProcess
  readonly events: PeerEvent[]
}

let pair: NamespacePair
let near: Side
let far: Side

function begin(namespace: string, spec: PeerSpec): Side {
  const args = ['netns', 'exec', namespace, process.execPath, '--no-warnings', HERE, JSON.stringify(spec)]
  const child = spawn('ip', args, {stdio: ['pipe', 'pipe', 'inherit']})
  const events: PeerEvent[] = []
  createInterface({input: child.stdout}).on('line', (line) => events.push(JSON.parse(line) as PeerEvent))
  return {child, events}
}

function selectedOf({events}: Side): string | null {
  return events.findLast((event) => event.type === 'peer-check')?.health.selected ?? null
}

const statesOf = ({events}: Side): readonly string[] =>
  events.flatMap((event) => (event.type === 'peer-state' ? [event.to] : []))

const textsOf = ({events}: Side): readonly string[] =>
  events.flatMap((event) => (event.type === 'peer-step' ? [event.text] : []))

beforeAll(() => {
  if (missing !== null) return
  pair = makeNamespacePair()
  const one = {...PACE, port: 5000, local: FIRST, remote: SECOND, name: 'far'}
  const two = {...PACE, port: 5000, local: SECOND, remote: FIRST, name: 'near'}
  near = begin(
    pair.near,
    peerSpec({...one, role: 'controlling', candidates: [{address: '10.99.0.2', port: 5000}]}),
  )
  far = begin(pair.far, peerSpec({...two, role: 'controlled', candidates: []}))
})

afterAll(async () => {
  if (missing !== null) return
  for (const {child} of [near, far]) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.stdin?.end()
    await ended
  }
  pair.remove()
})

test('a peer follows its own new address, and the other side follows it', async (context) => {
  if (missing !== null) context.skip(missing)
  await expect
    .poll(() => [selectedOf(near), selectedOf(far)], {timeout: 20_000})
    .toEqual(['10.99.0.1 → 10.99.0.2:5000', '10.99.0.2 → 10.99.0.1:5000'])
  ipIn(pair.near, 'addr add 10.99.0.9/24 dev nd0')
  await expect.poll(() => textsOf(near), {timeout: 10_000}).toContain('new local address 10.99.0.9')
  // The kernel takes the second address with the first one, unless told otherwise.
  ipIn(pair.near, 'addr del 10.99.0.1/24 dev nd0')
  ipIn(pair.near, 'addr replace 10.99.0.9/24 dev nd0')
  await expect
    .poll(() => [selectedOf(near), selectedOf(far)], {timeout: 20_000})
    .toEqual(['10.99.0.9 → 10.99.0.2:5000', '10.99.0.2 → 10.99.0.9:5000'])
  expect(statesOf(near).at(-1)).toBe('connected')
  expect(statesOf(far).at(-1)).toBe('connected')
  expect(textsOf(near)).toContain('local address 10.99.0.1 is gone')
  expect(textsOf(far)).toContain('the peer speaks from a new address, 10.99.0.9 port 5000')
}, 60_000)

test('a filter of our own that forbids sending is counted and ends nothing', async (context) => {
  if (missing !== null) context.skip(missing)
  const errors = (): number =>
    near.events.findLast((event) => event.type === 'peer-check')?.health.sendErrors ?? 0
  const before = errors()
  ipIn(pair.near, 'route add unreachable 10.99.0.2/32')
  await expect.poll(errors, {timeout: 10_000}).toBeGreaterThan(before)
  ipIn(pair.near, 'route del unreachable 10.99.0.2/32')
  await expect.poll(() => statesOf(near).at(-1), {timeout: 20_000}).toBe('connected')
  expect(statesOf(near)).not.toContain('closed')
  expect(textsOf(near).some((text) => /^could not send: E(HOST|NET)UNREACH$/.test(text))).toBe(true)
}, 60_000)
