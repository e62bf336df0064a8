import {afterEach, expect, test} from 'vitest'
import type {Outcome, Reading} from '../../../../src/core/outcome.ts'
import {dns} from '../../../../src/probes/dns/probe.ts'
import {address, readQuery, wireReply} from '../../../support/dns-wire.ts'
import {type MeasureSetup, measureOnce} from '../../../support/measure-once.ts'
import {type DnsScript, type ScriptedDns, scriptedDns} from '../../../support/scripted-dns.ts'

const running: ScriptedDns[] = []
afterEach(async () => {
  for (const server of running.splice(0)) await server.close()
})

const answer = (query: Buffer, bits: number): readonly Buffer[] => [
  wireReply({
    ...readQuery(query),
    bits,
    answer: (bits & 15) === 0 ? [{name: 'host.example', type: 1, data: address('192.0.2.7')}] : [],
  }),
]
const GOOD: DnsScript = {udp: (query) => answer(query, 0x8180)}
const rcode = (value: number): DnsScript => ({udp: (query) => answer(query, 0x8180 | value)})
const SILENT: DnsScript = {}
/** Nobody listens there. */
const CLOSED = null

/** Asks the system's servers, which are these, on 127.0.0.1, 127.0.0.2 and so on. */
async function ask(scripts: readonly (DnsScript | null)[], setup: MeasureSetup = {}): Promise<Outcome> {
  const first = await scriptedDns({})
  const {port} = first
  await first.close()
  const servers = scripts.map((_, index) => `127.0.0.${index + 1}`)
  for (const [index, script] of scripts.entries()) {
    if (script) running.push(await scriptedDns(script, {address: servers[index] ?? '', port}))
  }
  const resolver = {
    configuration: async () => Promise.resolve({servers, search: ['ignored.example'], ndots: 5}),
    lookup: async () => Promise.reject(new Error('nothing has to be looked up')),
  }
  return measureOnce(dns, `dns://:${port}/host.example`, {timeout: 900, ...setup, ports: {resolver}})
}

function readingOf(outcome: Outcome): Reading {
  if (outcome.status === 'skipped') throw new Error('skipped')
  return outcome.status === 'ok' ? outcome.reading : outcome.partial
}

const summary = (outcome: Outcome): unknown =>
  readingOf(outcome).addresses?.map(({status, failure}) => failure?.code ?? status)

test('the first server answers, the others are not asked', async () => {
  const outcome = await ask([GOOD, GOOD])
  expect(outcome).toMatchObject({status: 'ok', reading: {address: '127.0.0.1'}})
  expect(summary(outcome)).toEqual(['ok', 'not-tried'])
  expect(running[1]?.asked.udp).toBe(0)
})

test('who answered is told, and why the others did not', async () => {
  const outcome = await ask([SILENT, CLOSED, rcode(2), GOOD])
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {address: '127.0.0.4', dns: {answers: ['192.0.2.7']}},
  })
  expect(summary(outcome)).toEqual(['DNS_TIMEOUT', 'DNS_PORT_CLOSED', 'DNS_SERVFAIL', 'ok'])
  const {rtt, phase} = readingOf(outcome)
  expect(phase.wait).toBe(rtt)
  expect(phase.total).toBeGreaterThan(200)
})

test('a name that does not exist is final: no other server is asked', async () => {
  const outcome = await ask([rcode(3), GOOD])
  expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_NXDOMAIN'}})
  expect(running[1]?.asked.udp).toBe(0)
})

test('when all fail, an answered refusal says more than silence', async () => {
  const outcome = await ask([SILENT, rcode(5), CLOSED])
  expect(outcome).toMatchObject({
    status: 'failed',
    failure: {code: 'DNS_REFUSED'},
    partial: {address: '127.0.0.2', dns: {rcode: 'REFUSED'}},
  })
  expect(summary(outcome)).toEqual(['DNS_TIMEOUT', 'DNS_REFUSED', 'DNS_PORT_CLOSED'])
  expect(outcome.status === 'failed' && outcome.failure.message).toContain('3 servers were asked')
})

test('the deadline holds for all servers together', async () => {
  const outcome = await ask([SILENT, SILENT, SILENT], {timeout: 300})
  expect(summary(outcome)).toEqual(['DNS_TIMEOUT', 'DNS_TIMEOUT', 'DNS_TIMEOUT'])
  expect(outcome.status === 'failed' && outcome.took).toBeGreaterThanOrEqual(299)
  expect(outcome.status === 'failed' && outcome.took).toBeLessThan(2000)
})

test('without any server there is nobody to ask', async () => {
  expect(await ask([])).toMatchObject({status: 'failed', failure: {code: 'DNS_NO_RESOLVER'}})
})

test('a family without servers is said so', async () => {
  const outcome = await ask([GOOD], {request: {family: 6}})
  expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_NO_RESOLVER'}})
  expect(outcome.status === 'failed' && outcome.failure.message).toContain('127.0.0.1')
})
