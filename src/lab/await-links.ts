/** Waiting for the kernel's own bookkeeping about links that were just set up. */
import {inPlace, toolPath} from '../core/place-command.ts'
import type {Place} from '../core/place.ts'
import type {Millis} from '../core/units.ts'
import type {BuildPorts} from './build-nodes.ts'

const EVERY: Millis = 50
/** The kernel looks at its carriers once a second (net/core/link_watch.c). */
const LIMIT: Millis = 3000

/**
 * Resolves when every device of the place is up in the kernel's own eyes, at the latest after 3 s. IPv4 doesn't care,
 * but until then IPv6 answers nobody who looks for a neighbour, and the first connection would wait a second.
 */
export async function awaitLinks(place: Place, ports: BuildPorts, signal: AbortSignal): Promise<void> {
  const env = {PATH: toolPath(ports.host.env('PATH'))}
  const end = ports.clock.now() + LIMIT
  while (ports.clock.now() < end) {
    const {stdout} = await ports.exec.run({
      ...inPlace(place, 'ip', ['-br', 'link']),
      env,
      signal,
      timeout: LIMIT,
    })
    if (isReady(stdout)) return
    await ports.clock.sleep(EVERY, signal)
  }
}

/** Lines of `ip -br link`: device, state, the rest. */
function isReady(text: string): boolean {
  const devices = text.split('\n').map((line) => line.trim().split(/\s+/))
  return devices.every(([name = '', state]) => name === '' || name === 'lo' || state === 'UP')
}
