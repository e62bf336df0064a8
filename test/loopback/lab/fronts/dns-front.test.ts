import {execFile} from 'node:child_process'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {dns} from '../../../../src/probes/dns/probe.ts'
import {systemClock} from '../../../../src/system/clock.ts'
import {type FrontRig, openFrontRig, serveForTest} from '../../../support/front-rig.ts'
import {measureOnce} from '../../../support/measure-once.ts'
import {codeOf} from '../../../support/tls-measure.ts'

let rig: FrontRig

beforeAll(async () => {
  const records = {'api.test': ['192.0.2.1', '2001:db8::1'], 'www.test': '192.0.2.2'}
  rig = await openFrontRig(await serveForTest('dns', {records}), ['tcp', 'udp'])
})
afterAll(async () => rig.close())
beforeEach(async () => rig.end())

const kind = 'dns-front'

async function ask(name = 'api.test', type = 'A'): Promise<Outcome> {
  const url = `dns://127.0.0.1:${rig.port}/${name}?type=${type}`
  return measureOnce(dns, url, {timeout: 1200})
}

/** Status, flags and answers as `dig` shows them. */
async function dig(...words: readonly string[]): Promise<string> {
  const args = ['@127.0.0.1', '-p', String(rig.port), '+tries=1', '+time=1', 'api.test', ...words]
  return new Promise((resolve) => execFile('dig', args, (_error, stdout) => resolve(stdout)))
}

describe('a DNS front', () => {
  it('passes questions and answers by UDP and TCP without a fault', async () => {
    expect(codeOf(await ask())).toBe('ok')
    expect(await dig('+short')).toBe('192.0.2.1\n')
    expect(await dig('+short', '+tcp')).toBe('192.0.2.1\n')
  })

  it.each<[string, string]>([
    ['nxdomain', 'status: NXDOMAIN'],
    ['servfail', 'status: SERVFAIL'],
    ['refused', 'status: REFUSED'],
    ['notimp', 'status: NOTIMP'],
    ['formerr', 'status: FORMERR'],
    ['nodata', 'status: NOERROR.*\n.*ANSWER: 0'],
    ['drop', 'timed out'],
    ['malformed', 'malformed|parse|unexpected end'],
  ])('answers %s, to dig and to the probe as it is called there', async (answer, said) => {
    const {fails} = await rig.put({kind, answer})
    expect(fails?.codes).toContain(codeOf(await ask()))
    expect(await dig()).toMatch(new RegExp(said, 'i'))
    expect(await dig('+tcp')).toMatch(new RegExp(said, 'i'))
    expect(rig.counts().affected).toBe(rig.counts().matched)
    expect(rig.counts().affected).toBeGreaterThanOrEqual(3)
  })

  it('gives wrong addresses, each type its own', async () => {
    await rig.put({kind, answer: 'wrong', addresses: ['203.0.113.9', '2001:db8::9'], ttl: 7})
    expect(await dig('+noall', '+answer')).toMatch(/^api\.test\.\s+7\s+IN\s+A\s+203\.0\.113\.9\n$/m)
    expect(await dig('+short', '-t', 'AAAA')).toBe('2001:db8::9\n')
    expect(await dig('+short', '-t', 'MX')).toBe('')
  })

  it('is late by as much as asked, with the real answer', async () => {
    const {rtt} = await rig.put({kind, delay: '150ms'})
    const began = systemClock.now()
    expect(await dig('+short')).toBe('192.0.2.1\n')
    expect(systemClock.now() - began).toBeGreaterThanOrEqual(rtt?.mean ?? Number.NaN)
    expect(rtt).toEqual({mean: 150, spread: 0})
  })

  it('truncates over UDP and refuses TCP, where the rest would be', async () => {
    const {fails} = await rig.put({kind, answer: 'truncated'})
    expect(fails?.codes).toContain(codeOf(await ask()))
    expect(await dig('+ignore')).toMatch(/flags:[a-z ]* tc/)
    expect(await dig('+tcp')).toMatch(/connection refused/)
    await rig.end()
    expect(await dig('+short', '+tcp')).toBe('192.0.2.1\n')
  })

  it('truncates and serves TCP', async () => {
    await rig.put({kind, answer: 'truncated', tcp: 'serve'})
    expect(await dig('+short')).toBe('192.0.2.1\n')
    expect(codeOf(await ask())).toBe('ok')
  })

  it('hits names and types only', async () => {
    await rig.put({kind, answer: 'servfail', names: '*.test', types: 'AAAA'})
    expect([codeOf(await ask()), codeOf(await ask('api.test', 'AAAA'))]).toEqual(['ok', 'DNS_SERVFAIL'])
    await rig.put({kind, answer: 'nxdomain', names: ['api.test', 'else.test']})
    expect([codeOf(await ask()), codeOf(await ask('www.test'))]).toEqual(['DNS_NXDOMAIN', 'ok'])
  })

  it('hits the first few', async () => {
    await rig.put({kind, answer: 'refused', first: 2})
    expect([await dig(), await dig(), await dig()].map((text) => /status: (\w+)/.exec(text)?.[1])).toEqual([
      'REFUSED',
      'REFUSED',
      'NOERROR',
    ])
    expect(rig.counts()).toEqual({matched: 3, affected: 2})
  })

  it('loses datagrams as a proxy fault', async () => {
    const {loss} = await rig.put({
      kind: 'proxy',
      toxics: ['loss=100%,stream=upstream'],
      scope: {protocol: 'udp'},
    })
    expect(loss).toBe(1)
    expect(codeOf(await ask())).toBe('DNS_TIMEOUT')
    expect(await dig('+short', '+tcp')).toBe('192.0.2.1\n')
  })
})
