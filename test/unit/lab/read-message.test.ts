import {describe, expect, it} from 'vitest'
import {readMessage} from '../../../src/lab/servers/read-message.ts'

const read = (body: unknown, path = '/hook') =>
  readMessage(typeof body === 'string' ? body : JSON.stringify(body), path)

const alert = (status: string, more: object = {}) => ({
  status,
  labels: {alertname: 'Down', target: 'api'},
  startsAt: '2026-01-01T00:00:00Z',
  fingerprint: 'f1',
  ...more,
})

describe('a message to a receiver', () => {
  it('of Alertmanager tells of each alert, the same from its beginning to its end', () => {
    const began = read({version: '4', alerts: [alert('firing'), alert('firing', {fingerprint: 'f2'})]})
    expect(began.map(({name, state}) => `${name} ${state}`)).toEqual(['Down firing', 'Down firing'])
    expect(new Set(began.map(({key}) => key)).size).toBe(2)
    const over = read({alerts: [alert('resolved', {endsAt: '2026-01-01T00:05:00Z'})]})
    expect(over).toEqual([{key: began[0]?.key, name: 'Down', state: 'resolved'}])
  })

  it('tells of another incident when the same alert begins again', () => {
    const [first] = read({alerts: [alert('firing')]})
    const [second] = read({alerts: [alert('firing', {startsAt: '2026-01-01T01:00:00Z'})]})
    expect(second?.key).not.toBe(first?.key)
  })

  it('without fingerprints goes by the labels, in whatever order', () => {
    const [one] = read({alerts: [{status: 'firing', labels: {a: '1', b: '2'}}]})
    const [other] = read({alerts: [{status: 'firing', labels: {b: '2', a: '1'}}]})
    expect(one?.key).toBe(other?.key)
  })

  it.each([
    {event_action: 'trigger', state: ['firing']},
    {event_action: 'resolve', state: ['resolved']},
    {event_action: 'acknowledge', state: []},
  ])('of PagerDuty with $event_action is $state', ({event_action: action, state}) => {
    const told = read({event_action: action, dedup_key: 'k', payload: {summary: 'api is down'}})
    expect(told.map((one) => one.state)).toEqual(state)
    for (const {key, name} of told) expect({key, name}).toEqual({key: 'k', name: 'api is down'})
  })

  it('of any other kind is an incident of which nobody knows whether it begins or ends', () => {
    expect(read({text: 'api is \u001b[31mdown'})[0]).toMatchObject({
      state: 'told',
      name: expect.stringMatching(/^api is/) as string,
    })
    expect(read({text: 'api is \u001b[31mdown'})[0]?.name).not.toContain('\u001b')
    expect(read('not json', '/a')).toEqual([{key: '/a', name: '/a', state: 'told'}])
    expect(read('[1]', '/a')).toEqual([{key: '/a', name: '/a', state: 'told'}])
  })

  it('is not believed to any length', () => {
    const many = read({
      alerts: Array.from({length: 500}, (_, index) => alert('firing', {fingerprint: String(index)})),
    })
    expect(many).toHaveLength(100)
    expect(read({text: 'x'.repeat(10_000)})[0]?.name).toHaveLength(200)
    expect(read({alerts: [null, 3, alert('firing')]})).toHaveLength(1)
  })
})
