import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../../src/core/codes/index.ts'
import type {Millis} from '../../../../src/core/units.ts'
import {seededRandom} from '../../../../src/core/random.ts'
import {Receiver} from '../../../../src/connections/notify/receiver.ts'
import type {Incident} from '../../../../src/connections/notify/incident.ts'
import {receiverSpec} from '../../../../src/connections/notify/receiver-spec.ts'
import {notifySchema} from '../../../../src/connections/notify/schema.ts'
import type {AttemptOutcome} from '../../../../src/policies/executor.ts'
import {FakeClock} from '../../../support/fake-clock.ts'

const OK: AttemptOutcome<null> = {status: 'ok', value: null}
const DOWN: AttemptOutcome<null> = {
  status: 'failed',
  failure: makeFailure('NOTIFY_UNAVAILABLE', 'answered 503'),
}
const REFUSED: AttemptOutcome<null> = {
  status: 'failed',
  failure: makeFailure('NOTIFY_REFUSED', 'answered 404'),
}

interface Sent {
  readonly at: Millis
  readonly text: string
  readonly json: {readonly status: string; readonly alerts: readonly {status: string; labels: object}[]}
}

/** A receiver of a webhook with these keys; what it was sent, and what was told about that. */
function rig(
  keys: object = {},
  answer: (message: number) => AttemptOutcome<null> | Promise<AttemptOutcome<null>> = () => OK,
) {
  const clock = new FakeClock()
  const sent: Sent[] = []
  const told: string[] = []
  const {desk} = notifySchema.parse({desk: {webhook: 'http://127.0.0.1/', ...keys}})
  if (!desk) throw new Error('no receiver')
  const receiver = new Receiver(receiverSpec('desk', desk, {file: '', policies: {}}), {
    clock,
    now: () => clock.now(),
    random: seededRandom(1),
    source: {run: 'r', host: 'h', epoch: 0},
    send: async ({text, json}) => {
      sent.push({at: clock.now(), text, json: JSON.parse(json) as Sent['json']})
      return answer(sent.length)
    },
    tell: ({result, attempts, because}) =>
      told.push(`${result} ${attempts} ${because.split(';')[0] ?? ''}`.trim()),
  })
  const incident = (name: string, status: Incident['status'], more: Partial<Incident> = {}): void =>
    receiver.add({
      key: name,
      kinds: ['alerts'],
      labels: {alertname: name, severity: 'critical'},
      annotations: {},
      status,
      level: 1,
      startsAt: clock.now(),
      endsAt: status === 'resolved' ? clock.now() : null,
      ...more,
    })
  const texts = (): readonly string[] =>
    sent.map(({at, text}) => `${at} ${text.replaceAll('{severity="critical"}', '')}`)
  return {clock, sent, told, receiver, incident, texts}
}

describe('one incident', () => {
  it('is told once when it begins and once when it is over', async () => {
    const {clock, incident, texts, told} = rig()
    incident('Down', 'firing')
    await clock.advance(60_000)
    incident('Down', 'firing')
    await clock.advance(60_000)
    incident('Down', 'resolved')
    await clock.advance(3_600_000)
    expect(texts()).toEqual(['2000 FIRING Down', '122000 RESOLVED Down'])
    expect(told).toEqual(['delivered 1', 'delivered 1'])
    expect(clock.pending).toBe(0)
  })

  it('that is over before anybody was told is one message', async () => {
    const {clock, incident, texts} = rig()
    incident('Down', 'firing')
    await clock.advance(1000)
    incident('Down', 'resolved')
    await clock.advance(60_000)
    expect(texts()).toEqual(['2000 RESOLVED Down'])
  })

  it('that comes back at once was never over for the receiver', async () => {
    const {clock, incident, texts} = rig()
    incident('Down', 'firing')
    await clock.advance(5000)
    incident('Down', 'resolved')
    await clock.advance(5000)
    incident('Down', 'firing')
    await clock.advance(600_000)
    expect(texts()).toEqual(['2000 FIRING Down'])
  })

  it('is told again when it gets worse', async () => {
    const {clock, incident, texts} = rig()
    incident('Group', 'firing', {level: 1})
    await clock.advance(60_000)
    incident('Group', 'firing', {level: 2})
    await clock.advance(60_000)
    incident('Group', 'firing', {level: 1})
    await clock.advance(60_000)
    expect(texts()).toEqual(['2000 FIRING Group', '62000 FIRING Group'])
  })

  it('is brought to mind as long as it lasts', async () => {
    const {clock, incident, texts} = rig({repeat: '1h'})
    incident('Down', 'firing')
    await clock.advance(2 * 3_600_000 + 10_000)
    incident('Down', 'resolved')
    await clock.advance(5 * 3_600_000)
    expect(texts()).toEqual([
      '2000 FIRING Down',
      '3602000 STILL FIRING Down',
      '7202000 STILL FIRING Down',
      '7232000 RESOLVED Down',
    ])
  })

  it.each([
    [{repeat: 'never'}, 1],
    [{repeat: 'never', resolve: false}, 1],
  ])('%j: no reminders', async (keys, count) => {
    const {clock, incident, sent} = rig(keys)
    incident('Down', 'firing')
    await clock.advance(48 * 3_600_000)
    expect(sent).toHaveLength(count)
    expect(clock.pending).toBe(0)
  })

  it('whose end nobody wants to hear of', async () => {
    const {clock, incident, texts} = rig({resolve: false})
    incident('Down', 'firing')
    await clock.advance(60_000)
    incident('Down', 'resolved')
    await clock.advance(60_000)
    incident('Down', 'firing')
    await clock.advance(60_000)
    expect(texts()).toEqual(['2000 FIRING Down', '122000 FIRING Down'])
  })
})

describe('many incidents', () => {
  it('at once are one message that names a few and counts the rest', async () => {
    const {clock, incident, sent} = rig()
    for (let number = 0; number < 1000; number++) incident(`T${number}`, 'firing')
    await clock.advance(600_000)
    expect(sent).toHaveLength(1)
    expect(sent[0]?.text).toMatch(/^1000 firing: FIRING T0\{.*; and 995 more$/)
    expect(sent[0]?.json.alerts).toHaveLength(100)
  })

  it('that follow each other wait for the interval', async () => {
    const {clock, incident, texts} = rig({interval: '1m'})
    incident('A', 'firing')
    await clock.advance(3000)
    incident('B', 'firing')
    await clock.advance(10_000)
    incident('C', 'firing')
    incident('A', 'resolved')
    await clock.advance(120_000)
    expect(texts()).toEqual(['2000 FIRING A', '62000 2 firing, 1 resolved: FIRING B; FIRING C; RESOLVED A'])
  })

  it('of another severity or kind are for others', async () => {
    const {clock, incident, sent} = rig({severity: ['critical'], on: ['alerts', 'groups']})
    incident('Warn', 'firing', {labels: {alertname: 'Warn', severity: 'warning'}})
    incident('Target', 'firing', {kinds: ['targets', 'exhausted']})
    await clock.advance(60_000)
    expect(sent).toEqual([])
    incident('Group', 'firing', {
      kinds: ['groups'],
      labels: {alertname: 'GroupDegraded', severity: 'warning'},
    })
    await clock.advance(60_000)
    expect(sent).toHaveLength(1)
  })

  it('beyond what can be kept are counted', async () => {
    const {clock, incident, told} = rig()
    for (let number = 0; number < 20_003; number++) incident(`T${number}`, 'firing')
    await clock.advance(10_000)
    expect(told).toEqual(['dropped 0 more than 20000 incidents at once', 'delivered 1'])
  })
})

describe('a receiver that fails', () => {
  it('gets the message when it is back, as things are then', async () => {
    const {clock, incident, sent, told} = rig({}, (message) => (message < 4 ? DOWN : OK))
    incident('A', 'firing')
    await clock.advance(2500)
    incident('B', 'firing')
    await clock.advance(60_000)
    expect(sent).toHaveLength(4)
    expect(sent.at(-1)?.text).toMatch(/^2 firing/)
    expect(told).toEqual(['delivered 4'])
  })

  it('is left alone after a ladder that did not help, told again later, and reported', async () => {
    const {clock, incident, sent, told} = rig({}, (message) => (message <= 7 ? DOWN : OK))
    incident('A', 'firing')
    await clock.advance(200_000)
    expect(sent).toHaveLength(7)
    expect(told).toEqual(['failed 7 NOTIFY_UNAVAILABLE: answered 503'])
    incident('B', 'firing')
    incident('B', 'resolved')
    await clock.advance(600_000)
    expect(sent).toHaveLength(8)
    expect(told.at(-1)).toBe('delivered 1')
  })

  it('is not hammered when it refuses', async () => {
    const {clock, incident, sent, told} = rig({}, () => REFUSED)
    incident('A', 'firing')
    await clock.advance(250_000)
    expect(sent).toHaveLength(1)
    expect(told).toEqual(['failed 1 NOTIFY_REFUSED: answered 404'])
  })

  it('that hangs is given up in time and holds nobody up', async () => {
    const {clock, incident, sent, told} = rig(
      {timeout: '3s', policy: 'default'},
      async () => new Promise(() => undefined),
    )
    incident('A', 'firing')
    await clock.advance(300_000)
    expect(sent).toHaveLength(5)
    expect(told).toEqual(["failed 5 ATTEMPT_TIMEOUT: no result within the attempt's 3s"])
  })
})

describe('the end of a watch', () => {
  it('tells what waits, with one attempt', async () => {
    const {clock, incident, receiver, texts} = rig()
    incident('A', 'firing')
    const closed = receiver.close()
    await clock.advance(0)
    await closed
    expect(texts()).toEqual(['0 FIRING A'])
    expect(clock.pending).toBe(0)
  })

  it('is not held up by a receiver that hangs', async () => {
    const {clock, incident, receiver} = rig({}, async () => new Promise(() => undefined))
    incident('A', 'firing')
    await clock.advance(3000)
    const closed = receiver.close()
    await clock.advance(6000)
    await closed
    expect(clock.pending).toBe(0)
  })

  it('says nothing when everything was told', async () => {
    const {clock, incident, receiver, sent} = rig()
    incident('A', 'firing')
    await clock.advance(3000)
    await receiver.close()
    incident('B', 'firing')
    await clock.advance(60_000)
    expect(sent).toHaveLength(1)
  })
})
