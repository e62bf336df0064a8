import type {EmitEvent} from '../../core/events.ts'
import type {InterfaceFacts} from '../../core/network-events.ts'
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {interfaceSigns} from './judge-interface.ts'
import {readInterfaces} from './read-interfaces.ts'

export interface InterfaceWatchRun {
  /** Start of the run on the monotonic clock. */
  readonly origin: Millis
  readonly emit: EmitEvent
  /** Interfaces that targets are reached through now. */
  readonly devices: () => ReadonlySet<string>
}

const EVERY: Millis = 5000
const LIMIT: Millis = 2000

/** Looks at the counters of the interfaces in use, and warns of what got worse since the last look. */
export class InterfaceWatch {
  readonly #ports: Pick<Ports, 'clock' | 'exec'>
  readonly #run: InterfaceWatchRun
  readonly #seen = new Map<string, InterfaceFacts>()
  readonly #warned = new Set<string>()
  #cancel: () => void = () => {}
  #over = false

  constructor(ports: Pick<Ports, 'clock' | 'exec'>, run: InterfaceWatchRun) {
    this.#ports = ports
    this.#run = run
    this.#arm()
  }

  stop(): void {
    this.#over = true
    this.#cancel()
  }

  #arm(): void {
    this.#cancel = this.#ports.clock.after(EVERY, () => void this.#look())
  }

  async #look(): Promise<void> {
    const devices = [...this.#run.devices()].filter((device) => device !== 'lo')
    if (devices.length > 0) {
      const args = ['-s', '-s', '-d', '-json', 'link', 'show']
      const {stdout} = await this.#ports.exec.run({file: 'ip', args, timeout: LIMIT})
      if (this.#over) return
      const all = readInterfaces(stdout)
      for (const device of devices) {
        const now = all.get(device)
        if (now) this.#take(now)
      }
    }
    this.#arm()
  }

  #take(now: InterfaceFacts): void {
    const {clock} = this.#ports
    const {device} = now
    const before = this.#seen.get(device)
    this.#seen.set(device, now)
    const at = clock.now() - this.#run.origin
    if (!before || isOther(before, now)) this.#run.emit({at, type: 'interface-seen', interface: now})
    const signs = before ? interfaceSigns(before, now) : []
    const isWarned = this.#warned.has(device)
    if (signs.length > 0 === isWarned) return
    if (isWarned) this.#warned.delete(device)
    else this.#warned.add(device)
    const because = isWarned ? 'nothing got worse since the last look' : signs.join(', ')
    this.#run.emit({at, type: 'interface-warning', device, active: !isWarned, because})
  }
}

/** Packets alone are no news. */
function isOther(before: InterfaceFacts, now: InterfaceFacts): boolean {
  return JSON.stringify({...before, packets: 0}) !== JSON.stringify({...now, packets: 0})
}
