import {type Socket, createSocket} from 'node:dgram'
import {once} from 'node:events'
import {afterEach, describe, expect, test} from 'vitest'
import {openPorts} from '../../../../src/app/ports.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import type {DatagramRequest} from '../../../../src/core/ports.ts'
import {parseTargetUrl} from '../../../../src/core/target.ts'
import type {ExtraReply} from '../../../../src/probes/probe.ts'
import {udpOptions} from '../../../../src/probes/udp/options.ts'
import {udp} from '../../../../src/probes/udp/probe.ts'
import {type MeasureSetup, measureOnce} from '../../../support/measure-once.ts'

const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) await new Promise<void>((resolve) => socket.close(resolve))
})

type Behaviour = (data: Buffer, reply: (data: Uint8Array | string) => void, from: {port: number}) => void

async function serve(behave: Behaviour, address = '127.0.0.1'): Promise<number> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  sockets.push(socket)
  socket.on('message', (data, from) =>
    behave(data, (reply) => socket.send(reply, from.port, from.address), from),
  )
  socket.bind(0, address)
  await once(socket, 'listening')
  return socket.address().port
}

async function probe(port: number, setup: MeasureSetup = {}, host = '127.0.0.1'): Promise<Outcome> {
  return measureOnce(udp, `udp://${host}:${port}`, setup)
}

test('a reply means open: round trip, octets and text', async () => {
  const port = await serve((data, reply) => reply(data))
  expect(await probe(port, {options: {send: 'ping'}})).toMatchObject({
    status: 'ok',
    reading: {
      address: '127.0.0.1',
      port,
      rtt: expect.any(Number) as number,
      addresses: [{address: '127.0.0.1', status: 'ok'}],
      udp: {state: 'open', sent: 4, reply: 'ping', size: 4, foreign: 0, preset: null},
    },
  })
})

test('an empty datagram is sent by default, and an empty reply counts', async () => {
  const port = await serve((data, reply) => reply(data))
  expect(await probe(port)).toMatchObject({status: 'ok', reading: {udp: {state: 'open', sent: 0, size: 0}}})
})

test('octets that are no text are shown as hex', async () => {
  const port = await serve((_, reply) => reply(Buffer.from([0, 255, 27])))
  expect(await probe(port)).toMatchObject({reading: {udp: {reply: 'hex:00ff1b', size: 3}}})
})

test('a closed port is told by its ICMP message, on both families', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const port = await serve(() => {}, host)
    await new Promise<void>((resolve) => sockets.pop()?.close(resolve))
    const outcome = await probe(port, {}, host === '::1' ? '[::1]' : host)
    expect(outcome).toMatchObject({
      status: 'failed',
      failure: {code: 'UDP_CLOSED', stage: 'receive', category: 'network'},
      partial: {udp: {state: 'closed', size: null}},
    })
    expect(outcome).not.toHaveProperty('partial.rtt')
  }
})

test('silence is open or filtered', async () => {
  const port = await serve(() => {})
  expect(await probe(port, {timeout: 100})).toMatchObject({
    status: 'failed',
    failure: {code: 'UDP_NO_REPLY'},
    partial: {udp: {state: 'open|filtered'}},
  })
})

test('a reply from another port is no reply, and is named', async () => {
  const stranger = createSocket('udp4')
  sockets.push(stranger)
  stranger.bind(0, '127.0.0.1')
  await once(stranger, 'listening')
  const port = await serve((data, _, from) => stranger.send(data, from.port, '127.0.0.1'))
  const outcome = await probe(port, {timeout: 200, options: {send: 'x'}})
  const name = `127.0.0.1:${stranger.address().port}`
  expect(outcome).toMatchObject({
    failure: {code: 'UDP_NO_REPLY'},
    partial: {udp: {foreign: 1, foreign_from: name}},
  })
  expect(outcome.status === 'failed' && outcome.failure.message).toContain(`came from ${name} instead`)
})

test.for(['pong', 'hex:6f6e'])('%s is in the reply "pong"', async (wanted) => {
  const port = await serve((_, reply) => reply('pong'))
  expect(await probe(port, {options: {expect_reply: wanted}})).toMatchObject({status: 'ok'})
})

test('a reply without the expected text is a mismatch that quotes it', async () => {
  const port = await serve((_, reply) => reply('pong'))
  expect(await probe(port, {options: {expect_reply: 'pang'}})).toMatchObject({
    status: 'failed',
    failure: {
      code: 'EXPECT_MISMATCH',
      message: `127.0.0.1:${port} replied "pong", without the expected "pang"`,
    },
    partial: {udp: {state: 'open'}},
  })
})

test('a preset sends what the service understands', async () => {
  const port = await serve((data, reply) => reply(`${data.length} ${data[0]}`))
  expect(await probe(port, {options: {preset: 'ntp'}})).toMatchObject({
    reading: {udp: {preset: 'ntp', sent: 48, reply: '48 35'}},
  })
})

test('the abort of the user is not silence', async () => {
  const port = await serve(() => {})
  const user = new AbortController()
  const running = probe(port, {signal: user.signal})
  user.abort(new Error('enough'))
  expect(await running).toMatchObject({failure: {code: 'CANCELLED'}})
})

test('an address that this machine has no route to is passed over', async () => {
  const port = await serve((data, reply) => reply(data))
  const {resolver, datagram} = openPorts(1)
  const addresses = [
    {address: '2001:db8::1', family: 6 as const},
    {address: '127.0.0.1', family: 4 as const},
  ]
  const ports = {
    resolver: {...resolver, lookup: async () => Promise.resolve(addresses)},
    datagram: {
      open: async (request: DatagramRequest) =>
        request.family === 4
          ? datagram.open(request)
          : Promise.resolve({code: 'ENETUNREACH', message: 'connect ENETUNREACH', local: true}),
    },
  }
  const outcome = await probe(port, {ports}, 'both.example')
  expect(outcome).toMatchObject({
    status: 'ok',
    reading: {
      address: '127.0.0.1',
      addresses: [{status: 'failed', failure: {code: 'NET_NO_ROUTE'}}, {status: 'ok'}],
    },
  })
})

test('second and late replies are told with their sample', async () => {
  const port = await serve((data, reply) => {
    reply(data)
    reply(data)
  })
  const parsed = parseTargetUrl(`udp://127.0.0.1:${port}`)
  if (!parsed.ok) throw new Error(parsed.because)
  const prober = await udp.open(
    {url: parsed.value, family: 0, options: udpOptions.parse({send: 'x'})},
    openPorts(1),
  )
  const extras: ExtraReply[] = []
  prober.onExtra?.((extra) => extras.push(extra))
  await prober.measure({seq: 7, timeout: 1000, signal: new AbortController().signal})
  await prober.close()
  expect(extras).toMatchObject([{kind: 'duplicate', seq: 7}])
})

test.for([
  ['udp://127.0.0.1', {}],
  ['udp://127.0.0.1:9/x', {}],
  ['udp://127.0.0.1:9', {send: 'x', preset: 'dns'}],
] as const)('%s with %j is a mistake', async ([url, options]) => {
  await expect(measureOnce(udp, url, {options})).rejects.toMatchObject({
    problems: [{code: 'USAGE_INVALID'}],
  })
})

describe('with a nonce', () => {
  /** Answers with what came `behind` questions ago. */
  const replaying = (behind: number): Behaviour => {
    const seen: Buffer[] = []
    return (data, reply) => {
      seen.push(data)
      reply(seen.at(-1 - behind) ?? 'hello')
    }
  }
  const options = {send: 'are you there? ', nonce: true}

  test('an echo is the answer', async () => {
    const port = await serve(replaying(0))
    expect(await probe(port, {options})).toMatchObject({
      status: 'ok',
      reading: {
        udp: {
          state: 'open',
          sent: 31,
          unmatched: 0,
          reply: expect.stringMatching(/^are you there\? /) as string,
        },
      },
    })
  })

  test('an answer that is replayed is a miss, and counted', async () => {
    const port = await serve(replaying(1))
    const parsed = parseTargetUrl(`udp://127.0.0.1:${port}`)
    if (!parsed.ok) throw new Error(parsed.because)
    const prober = await udp.open(
      {url: parsed.value, family: 0, options: udpOptions.parse(options)},
      openPorts(1),
    )
    const {signal} = new AbortController()
    for (const seq of [0, 1]) {
      expect(await prober.measure({seq, timeout: 300, signal})).toMatchObject({
        status: 'failed',
        failure: {code: 'UDP_NO_REPLY', message: expect.stringContaining('did not belong') as string},
        partial: {udp: {unmatched: 1}},
      })
    }
    await prober.close()
  })

  test('an answer that comes after the deadline is a miss, and told as late', async () => {
    const port = await serve((data, reply) => setTimeout(() => reply(data), 300))
    const parsed = parseTargetUrl(`udp://127.0.0.1:${port}`)
    if (!parsed.ok) throw new Error(parsed.because)
    const prober = await udp.open(
      {url: parsed.value, family: 0, options: udpOptions.parse(options)},
      openPorts(1),
    )
    const late = new Promise<ExtraReply>((resolve) => prober.onExtra?.(resolve))
    const {signal} = new AbortController()
    expect(await prober.measure({seq: 7, timeout: 100, signal})).toMatchObject({
      failure: {code: 'UDP_NO_REPLY'},
    })
    expect(await late).toMatchObject({kind: 'late', seq: 7})
    await prober.close()
  })

  test('a flood of made up answers is no activity', async () => {
    const port = await serve((_, reply) => {
      for (let count = 0; count < 50; count++) reply(`forged ${count}`)
    })
    expect(await probe(port, {options, timeout: 300})).toMatchObject({
      failure: {code: 'UDP_NO_REPLY'},
      partial: {udp: {unmatched: 50}},
    })
  })
})
