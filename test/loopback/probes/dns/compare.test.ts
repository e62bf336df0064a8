import {afterEach, describe, expect, it} from 'vitest'
import type {DnsFacts} from '../../../../src/core/facts.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {dns} from '../../../../src/probes/dns/probe.ts'
import {address, readQuery, u16, wireReply} from '../../../support/dns-wire.ts'
import {measureOnce} from '../../../support/measure-once.ts'
import {type ScriptedDns, scriptedDns} from '../../../support/scripted-dns.ts'

const ANSWER = 0x8180
const servers: ScriptedDns[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (server) => server.close()))
})

/** A server that gives these addresses, or with `rcode` none. */
async function serve(addresses: readonly string[], rcode = 0): Promise<string> {
  const answer = addresses.map((text) => ({name: 'www.example', type: 1, ttl: 60, data: address(text)}))
  const server = await scriptedDns({
    udp: (query) => [wireReply({...readQuery(query), bits: ANSWER | rcode, answer})],
  })
  servers.push(server)
  return `127.0.0.1:${server.port}`
}

async function serveSerial(serial: number): Promise<string> {
  const data = Buffer.concat([Buffer.of(0, 0), u16(serial >>> 16), u16(serial & 0xff_ff), Buffer.alloc(16)])
  const answer = [{name: 'example', type: 6, data}]
  const server = await scriptedDns({
    udp: (query) => [wireReply({...readQuery(query), bits: ANSWER, answer})],
  })
  servers.push(server)
  return `127.0.0.1:${server.port}`
}

async function silent(): Promise<string> {
  const server = await scriptedDns({udp: () => []})
  servers.push(server)
  return `127.0.0.1:${server.port}`
}

async function compare(named: readonly string[], path = 'www.example'): Promise<Outcome> {
  const options = {servers: [...named], compare: true}
  return measureOnce(dns, `dns:///${path}`, {timeout: 400, options})
}

function factsOf(outcome: Outcome): DnsFacts | undefined {
  if (outcome.status === 'skipped') return undefined
  return outcome.status === 'ok' ? outcome.reading.dns : outcome.partial.dns
}

describe('several resolvers', () => {
  it('agree whatever the order of their answers', async () => {
    const named = [await serve(['192.0.2.1', '192.0.2.2']), await serve(['192.0.2.2', '192.0.2.1'])]
    const outcome = await compare(named)
    expect(outcome.status).toBe('ok')
    expect(factsOf(outcome)).toMatchObject({agree: true, compared: [{differs: false}, {differs: false}]})
  })

  it('disagree: the stale one is named, and the dead one beside it with its own code', async () => {
    const [good, stale, dead, also] = [
      await serve(['192.0.2.1']),
      await serve(['192.0.2.99']),
      await silent(),
      await serve(['192.0.2.1']),
    ]
    const outcome = await compare([stale, good, dead, also])
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_DISAGREE'}})
    const message = outcome.status === 'failed' ? outcome.failure.message : ''
    expect(message).toBe(`${stale} says 192.0.2.99, most say 192.0.2.1; besides, ${dead}: DNS_TIMEOUT`)
    expect(factsOf(outcome)).toMatchObject({
      agree: false,
      answers: ['192.0.2.1'],
      compared: [
        {resolver: stale, differs: true, answers: ['192.0.2.99']},
        {resolver: good, differs: false, code: null},
        {resolver: dead, differs: false, code: 'DNS_TIMEOUT', rtt: null},
        {resolver: also, differs: false},
      ],
    })
  })

  it('agree that a name does not exist: that is what they say', async () => {
    const outcome = await compare([await serve([], 3), await serve([], 3)])
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_NXDOMAIN'}})
    expect(factsOf(outcome)?.agree).toBe(true)
  })

  it('disagree about whether a name exists', async () => {
    const outcome = await compare([await serve(['192.0.2.1']), await serve([], 3)])
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_DISAGREE'}})
  })

  it('fail when one of them is silent, although the others agree', async () => {
    const outcome = await compare([await serve(['192.0.2.1']), await silent()])
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_TIMEOUT'}})
    expect(factsOf(outcome)?.agree).toBe(true)
  })

  it('are at different serials of the zone: the spread is told', async () => {
    const outcome = await compare(
      [await serveSerial(2_026_010_105), await serveSerial(2_026_010_101)],
      'example?type=SOA',
    )
    expect(factsOf(outcome)).toMatchObject({agree: false, serial_spread: 4})
  })

  it('are asked in their order without a comparison, and who failed before is listed', async () => {
    const [dead, refusing, good] = [await silent(), await serve([], 5), await serve(['192.0.2.1'])]
    const options = {servers: [dead, refusing, good]}
    const outcome = await measureOnce(dns, 'dns:///www.example', {timeout: 900, options})
    expect(factsOf(outcome)?.resolver).toBe(good)
    const addresses = outcome.status === 'ok' ? outcome.reading.addresses : []
    expect(addresses?.map(({failure}) => failure?.code ?? 'ok')).toEqual(['DNS_TIMEOUT', 'DNS_REFUSED', 'ok'])
  })

  it.each([
    {options: {compare: true}, url: 'dns:///x', says: /two servers or more/},
    {options: {servers: ['192.0.2.1']}, url: 'dns://192.0.2.2/x', says: /contradict/},
  ])('$options with $url is refused', async ({options, url, says}) => {
    await expect(measureOnce(dns, url, {options})).rejects.toThrow(says)
  })

  it.each(['dns.example', '192.0.2.1:0', '192.0.2.1:70000', '[192.0.2.1', ''])(
    'can not be named "%s"',
    (text) => {
      expect(dns.schema.safeParse({servers: [text]}).success).toBe(false)
    },
  )
})
