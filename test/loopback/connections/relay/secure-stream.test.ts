/** A stream inside TLS, with servers that only echo: the certificate is part of the handshake stage. */
import {afterEach, expect, test} from 'vitest'
import {openPorts} from '../../../../src/app/ports.ts'
import {Carriers} from '../../../../src/connections/relay/carriers.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {CarriedSpec} from '../../../../src/core/stream-spec.ts'
import type {WatchSpec} from '../../../../src/core/watch.ts'
import type {RunningServer} from '../../../../src/lab/servers/server.ts'
import {startTlsEcho} from '../../../../src/lab/servers/tls-echo.ts'
import {tlsOptions} from '../../../../src/probes/tls/options.ts'
import {STREAM} from '../../../support/stream-rig.ts'

const PATIENCE = {timeout: 5000, interval: 20}
const SPEC: CarriedSpec = {
  group: 'chat',
  paths: [
    {name: 'direct', target: 'direct'},
    {name: 'relay', target: 'relay'},
  ],
  stream: {...STREAM, key: null},
}

const ports = openPorts(1)
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).toReversed()) await each()
})

async function openServer(): Promise<RunningServer> {
  const {clock, random, programs} = ports
  const server = await startTlsEcho({
    ...{address: '127.0.0.1', port: 0, names: [], options: {}, clock, random, programs},
  })
  cleanUp.push(async () => server.close())
  return server
}

function targetOf(name: string, port: number, ca: readonly (string | undefined)[]): WatchSpec {
  const options = tlsOptions.parse({ca: ca.filter((one) => one !== undefined)})
  return {
    ...{name, url: `tls://127.0.0.1:${port}`, role: 'target', interval: 50, timeout: 400},
    ...{family: 0, options, policy: null, fall: 2, rise: 1},
  }
}

/** On the relay; `trusted`: the direct path's certificate is. */
async function begin(trusted: boolean): Promise<{events: RunEvent[]; carriers: Carriers}> {
  const [direct, relay] = [await openServer(), await openServer()]
  const events: RunEvent[] = []
  const origin = ports.clock.now()
  const carriers = new Carriers(ports, {origin, emit: (event) => events.push(event)})
  cleanUp.push(() => carriers.stop())
  const own = trusted ? direct.ca : relay.ca
  await carriers.replace(
    [SPEC],
    [targetOf('direct', direct.port, [own]), targetOf('relay', relay.port, [relay.ca])],
  )
  carriers.steer({do: 'move', group: 'chat', to: 'relay', at: 0})
  await expect.poll(() => events.map(({type}) => type), PATIENCE).toContain('stream-moved')
  carriers.steer({do: 'upgrade', group: 'chat', to: 'direct', attempt: 1, at: ports.clock.now() - origin})
  return {events, carriers}
}

function stagesOf(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'upgrade-stage'
      ? [`${event.stage} ${event.result} ${event.failure?.code ?? ''}`.trim()]
      : [],
  )
}

test('a plain echo inside TLS carries the stream, and takes it over from another', async () => {
  const {events} = await begin(true)
  await expect.poll(() => stagesOf(events), PATIENCE).toContain('migration ok')
  await expect
    .poll(() => events.findLast(({type}) => type === 'stream-counted'), PATIENCE)
    .toMatchObject({
      path: 'direct',
      counts: {lost: 0},
    })
})

test('a certificate that deserves no trust fails the handshake: nothing of the stream is sent there', async () => {
  const {events} = await begin(false)
  await expect
    .poll(() => stagesOf(events), PATIENCE)
    .toEqual(['listener skipped', 'connect ok', expect.stringMatching(/^handshake failed TLS_CERT_/)])
  const failure = events.flatMap((event) =>
    event.type === 'upgrade-stage' && event.failure ? [event.failure] : [],
  )
  expect(failure[0]?.category).toBe('authentication')
})
