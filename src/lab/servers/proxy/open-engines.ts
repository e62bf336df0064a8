import type {Engine, EngineOptions} from '../toxics/engine.ts'
import {openTcpEngine} from '../toxics/tcp-engine.ts'
import type {Protocol} from '../toxics/toxic.ts'
import {openUdpEngine} from '../toxics/udp-engine.ts'

/** TCP and UDP want the same port, which may be free for one of them only. */
const TRIES = 10

export type Engines = Partial<Record<Protocol, Engine>>

/** Listens for each protocol, on one port for all. Rejects with Node's error, such as EADDRINUSE. */
export async function openEngines(passes: readonly Protocol[], options: EngineOptions): Promise<Engines> {
  const [only] = passes
  if (passes.length === 1 && only === 'udp') return {udp: await openUdpEngine(options)}
  for (let tries = 1; ; tries++) {
    const tcp = await openTcpEngine(options)
    if (!passes.includes('udp')) return {tcp}
    try {
      return {tcp, udp: await openUdpEngine({...options, listen: tcp.listens})}
    } catch (error) {
      await tcp.stop()
      if (options.listen.port !== 0 || tries === TRIES) throw error
    }
  }
}
