/** A cold relay has no connection while the stream is on the direct path, however slowly it was connected to before. */
import net from 'node:net'
import {afterEach, expect, test} from 'vitest'
import {openPorts} from '../../../../src/app/ports.ts'
import {Carriers} from '../../../../src/connections/relay/carriers.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {CarriedSpec} from '../../../../src/core/stream-spec.ts'
import type {WatchSpec} from '../../../../src/core/watch.ts'
import {tcpOptions} from '../../../../src/probes/tcp/options.ts'
import {STREAM} from '../../../support/stream-rig.ts'

const PATIENCE = {timeout: 5000, interval: 20}
const SPEC: CarriedSpec = {
  group: 'chat',
  paths: [
    {name: 'direct', target: 'direct'},
    {name: 'relay', target: 'relay'},
  ],
  stream: {...STREAM, key: null, standby: 'cold', grace: 0, limits: {...STREAM.limits, handshake: 3000}},
}

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).toReversed()) await each()
})

/** Echoes; a first answer waits for `free`. */
async function openEcho(free: Promise<void>): Promise<{port: number; live: Set<net.Socket>}> {
  const live = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    live.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => live.delete(socket))
    void free.then(() => socket.pipe(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(async () => {
    for (const socket of live) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return {port: (server.address() as net.AddressInfo).port, live}
}

function targetOf(name: string, port: number): WatchSpec {
  return {
    ...{name, url: `tcp://127.0.0.1:${port}`, role: 'target', interval: 50, timeout: 400},
    ...{family: 0, options: tcpOptions.parse({}), policy: null, fall: 2, rise: 1},
  }
}

test('a relay that is still being connected to when the stream arrives on the direct path is given up', async () => {
  const gate = Promise.withResolvers<void>()
  const relay = await openEcho(gate.promise)
  const direct = await openEcho(Promise.resolve())
  const ports = openPorts(1)
  const events: RunEvent[] = []
  const carriers = new Carriers(ports, {origin: ports.clock.now(), emit: (event) => events.push(event)})
  cleanUp.push(() => carriers.stop())
  await carriers.replace([SPEC], [targetOf('direct', direct.port), targetOf('relay', relay.port)])
  carriers.steer({do: 'move', group: 'chat', to: 'relay', at: 0})
  await expect.poll(() => relay.live.size, PATIENCE).toBe(1)
  carriers.steer({do: 'upgrade', group: 'chat', to: 'direct', attempt: 1, at: 0})
  await expect
    .poll(() => events.findLast(({type}) => type === 'stream-moved'), PATIENCE)
    .toMatchObject({to: 'direct'})
  gate.resolve()
  await expect.poll(() => relay.live.size, PATIENCE).toBe(0)
  expect(direct.live.size).toBe(1)
})
