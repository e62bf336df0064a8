/** A proxy that can become a front, before a server of the lab or any other one, and faults for it as documents write them. */
import {seededRandom} from '../../src/core/random.ts'
import type {ProxyCounters} from '../../src/core/proxy-effects.ts'
import type {ExpectedEffect} from '../../src/faults/fault.ts'
import {makeAuthority} from '../../src/lab/servers/certificates/certificate.ts'
import {LabProxy} from '../../src/lab/servers/proxy/lab-proxy.ts'
import {SERVERS} from '../../src/lab/servers/registry.ts'
import type {RunningServer} from '../../src/lab/servers/server.ts'
import {systemClock} from '../../src/system/clock.ts'
import {systemHost} from '../../src/system/host.ts'
import {systemPrograms} from '../../src/system/programs.ts'
import {planWords} from './fault-situation.ts'

export interface FrontRig {
  readonly port: number
  /** PEM of the authority that signs what the front shows. */
  readonly ca: string
  readonly upstream: number
  /** Puts a fault in force in place of the one before; what its plan expects. */
  put(words: Readonly<Record<string, unknown>>): Promise<ExpectedEffect>
  /** Ends the fault. */
  end(): Promise<void>
  /** Of the last fault. */
  counts(): ProxyCounters['faults'][string]
  close(): Promise<void>
}

const DAY = 86_400_000

export async function serveForTest(
  kind: keyof typeof SERVERS,
  options: Readonly<Record<string, unknown>> = {},
): Promise<RunningServer> {
  const start = await SERVERS[kind]()
  return start({
    ...{address: '127.0.0.1', port: 0, names: ['localhost'], options},
    clock: systemClock,
    random: seededRandom(Math.floor(systemClock.now())),
    programs: systemPrograms(systemHost()),
  })
}

export async function openFrontRig(
  server: Pick<RunningServer, 'port' | 'close' | 'authority'>,
  passes: readonly ('tcp' | 'udp')[] = ['tcp'],
): Promise<FrontRig> {
  const now = Date.now()
  const authority =
    server.authority ?? makeAuthority('test authority', new Date(now - DAY), new Date(now + 100 * DAY))
  const proxy = await LabProxy.open({
    listen: {address: '127.0.0.1', port: 0},
    upstream: {address: '127.0.0.1', port: server.port},
    ...{passes, authority},
    names: ['localhost', '127.0.0.1'],
    clock: systemClock,
    random: seededRandom(Math.floor(systemClock.now())),
  })
  let fault = 0
  return {
    port: proxy.listens.port,
    ca: authority.certificate,
    upstream: server.port,
    put: async (words) => {
      const {plan, blueprint} = await planWords(words as {kind: string}, {proxy: true})
      if (blueprint.backend !== 'proxy') throw new Error('not a proxy fault')
      fault += 1
      await proxy.set([{fault: `fault-${fault}`, lasts: 60_000, effects: blueprint.effects}])
      return plan.effect
    },
    end: async () => proxy.set([]),
    counts: () => proxy.counters.faults[`fault-${fault}`] ?? {matched: 0, affected: 0},
    close: async () => {
      await proxy.close()
      await server.close()
    },
  }
}
