import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {websocket} from '../../../../src/probes/websocket/probe.ts'
import {type FrontRig, openFrontRig} from '../../../support/front-rig.ts'
import {measureOnce} from '../../../support/measure-once.ts'
import {codeOf} from '../../../support/tls-measure.ts'
import {wsServer} from '../../../support/websocket-servers.ts'

let rig: FrontRig

beforeAll(async () => {
  const server = await wsServer()
  rig = await openFrontRig({port: server.port, close: server.stop})
})
afterAll(async () => rig.close())
beforeEach(async () => rig.end())

const kind = 'websocket-front'

async function probe(options: Readonly<Record<string, unknown>> = {}) {
  return measureOnce(websocket, `ws://127.0.0.1:${rig.port}/`, {
    options: {hold: '400ms', ping_interval: '40ms', pong_timeout: '300ms', ...options},
    timeout: 2500,
  })
}

describe('a WebSocket front', () => {
  it('passes upgrades and frames that it spares', async () => {
    await rig.put({kind, end: 'close', paths: '/other'})
    expect(codeOf(await probe())).toBe('ok')
  })

  it.each<[string, Record<string, unknown>]>([
    ['a close frame', {end: 'close'}],
    ['a close frame that says why', {end: 'close', code: 1008, reason: 'no'}],
    ['a close frame that says later', {end: 'close', code: 1013}],
    ['a FIN without a close frame', {end: 'fin'}],
    ['a reset', {end: 'reset'}],
    ['silence', {end: 'silence'}],
    ['a refused upgrade', {end: 'refuse'}],
    ['an upgrade that is not allowed', {end: 'refuse', status: 403}],
  ])('ends by %s, at once and after a while', async (_what, words) => {
    const {fails} = await rig.put({kind, ...words})
    expect(fails?.codes).toContain(codeOf(await probe()))
    if (words['end'] === 'refuse') return
    const later = await rig.put({kind, ...words, wait: '120ms'})
    expect(later.fails?.codes).toContain(codeOf(await probe()))
    expect(later.fails?.all).toBe(false)
    expect(rig.counts()).toEqual({matched: 1, affected: 1})
  })

  it('lets pongs come late, which is too late for those who do not wait so long', async () => {
    await rig.put({kind, end: 'late-pongs', by: '400ms'})
    expect(codeOf(await probe())).toBe('WS_PONG_TIMEOUT')
    await rig.put({kind, end: 'late-pongs', by: '60ms'})
    const outcome = await probe()
    expect(codeOf(outcome)).toBe('ok')
    expect(outcome.status === 'ok' && outcome.reading.rtt).toBeGreaterThan(55)
  })

  it('answers with pongs of earlier pings, which are none', async () => {
    const {fails} = await rig.put({kind, end: 'old-pongs'})
    expect(fails?.codes).toEqual(['WS_PONG_TIMEOUT'])
    const outcome = await probe()
    expect(codeOf(outcome)).toBe('WS_PONG_TIMEOUT')
    expect(JSON.stringify(outcome)).toContain('for other pings did')
    await rig.put({kind, end: 'old-pongs', wait: '10s'})
    expect(codeOf(await probe())).toBe('ok')
  })

  it('refuses upgrades by a status of HTTP too', async () => {
    await rig.put({kind: 'http-front', status: 503})
    expect(codeOf(await probe())).toBe('HTTP_UNAVAILABLE')
  })
})
