import {afterEach, describe, expect, it} from 'vitest'
import type {DnsFacts} from '../../../../src/core/facts.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {dns} from '../../../../src/probes/dns/probe.ts'
import {address, readQuery, u16, wireReply} from '../../../support/dns-wire.ts'
import {type MeasureSetup, measureOnce} from '../../../support/measure-once.ts'
import {type ScriptedDns, scriptedDns} from '../../../support/scripted-dns.ts'

const ANSWER = 0x8180
const OPT = 41
const record = {name: 'host.example', type: 1, data: address('192.0.2.7')}

let server: ScriptedDns | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const option = (code: number, data: Uint8Array): Buffer => Buffer.concat([u16(code), u16(data.length), data])

/** The options of a query, read independently: the OPT record is its last one. */
function optionsOf(query: Buffer): ReadonlyMap<number, Buffer> {
  const {question} = readQuery(query)
  let at = 12 + question.length + 11
  const found = new Map<number, Buffer>()
  while (at < query.length) {
    const length = query.readUInt16BE(at + 2)
    found.set(query.readUInt16BE(at), query.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return found
}

/** Answers with these options; `bits` may hold an rcode. */
async function ask(
  reply: (asked: ReadonlyMap<number, Buffer>) => readonly Buffer[],
  options: NonNullable<MeasureSetup['options']>,
  bits = ANSWER,
): Promise<{readonly outcome: Outcome; readonly asked: ReadonlyMap<number, Buffer>}> {
  let asked: ReadonlyMap<number, Buffer> = new Map()
  server = await scriptedDns({
    udp: (query) => {
      asked = optionsOf(query)
      const opt = {name: '', type: OPT, class: 1232, ttl: 0, data: Buffer.concat([...reply(asked)])}
      return [wireReply({...readQuery(query), bits, answer: [record], additional: [opt]})]
    },
  })
  const outcome = await measureOnce(dns, `dns://127.0.0.1:${server.port}/host.example`, {
    timeout: 400,
    options,
  })
  return {outcome, asked}
}

function factsOf(outcome: Outcome): DnsFacts {
  const facts = outcome.status === 'ok' ? outcome.reading.dns : undefined
  if (!facts) throw new Error(JSON.stringify(outcome))
  return facts
}

describe('EDNS options', () => {
  it('ask for the name of the server', async () => {
    const {outcome, asked} = await ask(() => [option(3, Buffer.from('ns7.ams'))], {nsid: true})
    expect(asked.get(3)).toHaveLength(0)
    expect(factsOf(outcome).nsid).toBe('ns7.ams')
  })

  it('show a name that is no text in hexadecimal, and none as none', async () => {
    const binary = await ask(() => [option(3, Buffer.of(0, 255))], {nsid: true})
    expect(factsOf(binary.outcome).nsid).toBe('00ff')
    await server?.close()
    expect(factsOf((await ask(() => [], {nsid: true})).outcome).nsid).toBeNull()
  })

  it.each([
    {subnet: '192.0.2.130/25', sent: [0, 1, 25, 0, 192, 0, 2, 128]},
    {subnet: '192.0.2.7', sent: [0, 1, 24, 0, 192, 0, 2]},
    {subnet: '2001:db8:1:2::/48', sent: [0, 2, 48, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 1]},
    {subnet: '0.0.0.0/0', sent: [0, 1, 0, 0]},
  ])('ask as if from $subnet, without the bits beyond the prefix', async ({subnet, sent}) => {
    const {asked} = await ask(() => [], {subnet})
    expect([...(asked.get(8) ?? [])]).toEqual(sent)
  })

  it('tell for which network the answer holds', async () => {
    const {outcome} = await ask(() => [option(8, Buffer.of(0, 1, 24, 20, 192, 0, 2))], {
      subnet: '192.0.2.0/24',
    })
    expect(factsOf(outcome).subnet).toBe('192.0.2.0/24, scope /20')
  })

  it('show the cookie of the server when ours comes back', async () => {
    const server8 = Buffer.from('0102030405060708', 'hex')
    const {outcome, asked} = await ask(
      (query) => [option(10, Buffer.concat([query.get(10) ?? Buffer.of(), server8]))],
      {cookie: true},
    )
    expect(asked.get(10)).toHaveLength(8)
    expect(factsOf(outcome).cookie).toBe('0102030405060708')
  })

  it('do not take an answer with another cookie', async () => {
    const {outcome} = await ask(() => [option(10, Buffer.alloc(16, 7))], {cookie: true})
    expect(outcome).toMatchObject({status: 'failed', failure: {code: 'DNS_MISMATCH'}})
  })

  it('show extended errors beside an answer', async () => {
    const stale = Buffer.concat([u16(3), Buffer.from('too \u001B[31mold')])
    const {outcome} = await ask(() => [option(15, stale)], {})
    expect(factsOf(outcome).errors).toEqual(['stale answer (3): too old'])
  })

  it.each([{nsid: true}, {cookie: true}, {subnet: '192.0.2.0/24'}, {dnssec: true}])(
    'need EDNS: %j without it is refused',
    async (options) => {
      await expect(
        measureOnce(dns, 'dns://127.0.0.1/x', {options: {...options, edns: '0B'}}),
      ).rejects.toThrow(/needs EDNS/)
    },
  )
})
